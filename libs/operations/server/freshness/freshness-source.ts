import type { Thresholds } from '@icmp-mon/platform/health';
import {
  messageBytes,
  type StreamPart,
  type StreamRequest,
  type StreamSource,
  StreamSources,
} from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { JudgedTargets } from '@icmp-mon/status/contract';
import type { OnModuleInit } from '@nestjs/common';
import { concatMap, map, type Observable, shareReplay, timer } from 'rxjs';
import type { Freshness } from '@icmp-mon/operations/contract';
import type { HealthLook, HealthReader } from '../health/health-reader';
import { freshnessOf } from './freshness-of';

/** Interval of the event, ms. It is also the stream's heartbeat: a page that misses a few of them treats the stream as disconnected. */
const EVERY_MS = 2_000;
const logger = createLogger('freshness');

const withoutParts = ({ late, health, ...data }: Freshness): Freshness => ({
  ...data,
  late: late === null ? null : 'the installation is behind',
  notice: null,
  health: { state: health.state, headline: '' },
});

/** Source of the `freshness` event: computed once for all clients of the process, and only while clients are connected. */
export class FreshnessSource implements StreamSource, OnModuleInit {
  readonly name = 'freshness';
  readonly scopeUse = 'open';
  private look: { health: HealthLook; begunMs: number } | null = null;
  private looking = false;
  private wasLate = false;
  private readonly shared: Observable<Buffer>;
  /** For clients with a scope: without the texts that name parts of the installation. */
  private readonly scoped: Observable<Buffer>;

  constructor(
    private readonly sources: StreamSources,
    private readonly judged: JudgedTargets,
    private readonly health: Pick<HealthReader, 'readParts'>,
    private readonly thresholds: Thresholds,
  ) {
    const read = timer(0, EVERY_MS).pipe(
      concatMap(() => this.readFreshness()),
      shareReplay({ bufferSize: 1, refCount: true }),
    );
    const encoded = (view: (data: Freshness) => Freshness): Observable<Buffer> =>
      read.pipe(
        map((data) => messageBytes({ event: 'freshness', data: view(data) })),
        shareReplay({ bufferSize: 1, refCount: true }),
      );
    this.shared = encoded((data) => data);
    this.scoped = encoded(withoutParts);
  }

  onModuleInit(): void {
    this.sources.register(this);
  }

  openStream({ principal }: Pick<StreamRequest, 'principal'>): Observable<StreamPart> {
    return principal.scope === null ? this.shared : this.scoped;
  }

  /** Does not wait for the health reading in progress: when that is slow, pages need the event most. */
  private async readFreshness(): Promise<Freshness> {
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
      .readParts()
      .then((health) => (this.look = { health, begunMs }))
      .catch((error: unknown) => logger.warn({ err: error }, 'health could not be read; retrying'))
      .finally(() => (this.looking = false));
  }
}
