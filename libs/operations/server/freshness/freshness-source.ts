import type { Thresholds } from '@icmp-mon/platform/health';
import { messageBytes, type StreamPart, type StreamSource, StreamSources } from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { JudgedTargets } from '@icmp-mon/status/contract';
import type { OnModuleInit } from '@nestjs/common';
import { concatMap, map, type Observable, shareReplay, timer } from 'rxjs';
import type { Freshness } from '@icmp-mon/operations/contract';
import type { HealthLook, HealthReader } from '../health/health-reader';
import { freshnessOf } from './freshness-of';

/** Also the stream's sign of life: a page that gets nothing for a few of these knows that it is cut off. */
const EVERY_MS = 2_000;
const logger = createLogger('freshness');

/** The `freshness` event: made once for all clients of the process, and only while there are any. */
export class FreshnessSource implements StreamSource, OnModuleInit {
  readonly name = 'freshness';
  private look: { health: HealthLook; begunMs: number } | null = null;
  private looking = false;
  private wasLate = false;
  private readonly shared: Observable<Buffer>;

  constructor(
    private readonly sources: StreamSources,
    private readonly judged: JudgedTargets,
    private readonly health: Pick<HealthReader, 'look'>,
    private readonly thresholds: Thresholds,
  ) {
    this.shared = timer(0, EVERY_MS).pipe(
      concatMap(() => this.read()),
      map((data) => messageBytes({ event: 'freshness', data })),
      shareReplay({ bufferSize: 1, refCount: true }),
    );
  }

  onModuleInit(): void {
    this.sources.register(this);
  }

  open(): Observable<StreamPart> {
    return this.shared;
  }

  /** Waits for no look at the health: while that takes its time, pages have to know all the more. */
  private async read(): Promise<Freshness> {
    this.lookAgain();
    const { ages } = await this.judged.now();
    const freshness = freshnessOf({
      ages,
      look: this.look?.health ?? null,
      lookedMsAgo: this.look === null ? 0 : performance.now() - this.look.begunMs,
      wasLate: this.wasLate,
      nowMs: Date.now(),
      thresholds: this.thresholds,
    });
    this.wasLate = freshness.late !== null;
    return freshness;
  }

  private lookAgain(): void {
    if (this.looking) return;
    this.looking = true;
    const begunMs = performance.now();
    this.health
      .look()
      .then((health) => (this.look = { health, begunMs }))
      .catch((error: unknown) => logger.warn({ err: error }, 'the health could not be read; trying again'))
      .finally(() => (this.looking = false));
  }
}
