import { messageBytes, type StreamPart, type StreamSource, StreamSources } from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { JudgedTargets } from '@icmp-mon/status/contract';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { catchError, concatMap, distinctUntilChanged, EMPTY, map, Observable, shareReplay, timer } from 'rxjs';
import { TargetCounts } from '../target-list/target-counts';

const EVERY_MS = 2_000;
const NOTHING_KNOWN = { resultsPerS: 0, agentsConnected: 0, agentsUnknown: 0, agentsTotal: 0 };
const logger = createLogger('counts-stream');

/** Source of the `counts` event: targets by status and the gauges of other contexts, every 2 s if something changed. */
@Injectable()
export class CountsStream implements StreamSource, OnModuleInit {
  readonly name = 'counts';
  private readonly shared: Observable<Buffer>;

  constructor(
    private readonly counts: TargetCounts,
    private readonly sources: StreamSources,
    private readonly judged: JudgedTargets,
  ) {
    this.shared = timer(0, EVERY_MS).pipe(
      concatMap(() => this.readCounts()),
      distinctUntilChanged(),
      map((text) => messageBytes({ event: 'counts', data: JSON.parse(text) as unknown })),
      shareReplay({ bufferSize: 1, refCount: true }),
    );
  }

  onModuleInit(): void {
    this.sources.register(this);
  }

  openStream(): Observable<StreamPart> {
    return this.shared;
  }

  /** Reads the counts as JSON text, so that a change is detected by comparing texts. */
  private readCounts(): Observable<string> {
    return new Observable<string>((reader) => {
      Promise.all([this.judged.now().then((judged) => this.counts.byStatus(judged)), this.sources.readGauges()]).then(
        ([counts, gauges]) => {
          reader.next(JSON.stringify({ ...counts, ...NOTHING_KNOWN, ...gauges }));
          reader.complete();
        },
        (error: unknown) => reader.error(error),
      );
    }).pipe(
      catchError((error: unknown) => {
        logger.warn({ err: error }, 'targets could not be counted; retrying');
        return EMPTY;
      }),
    );
  }
}
