import { AgentTargets, TargetPlacements } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import type { Scope } from '@icmp-mon/identity/contract';
import {
  messageBytes,
  type StreamPart,
  type StreamRequest,
  type StreamSource,
  StreamSources,
} from '@icmp-mon/platform/http';
import { createLogger } from '@icmp-mon/platform/ops';
import { JudgedTargets } from '@icmp-mon/status/contract';
import type { StatusCounts } from '@icmp-mon/targets/contract';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import {
  catchError,
  concatMap,
  distinctUntilChanged,
  EMPTY,
  finalize,
  map,
  Observable,
  shareReplay,
  timer,
} from 'rxjs';
import { listFilter } from '../target-list/list-filter';
import { TargetCounts } from '../target-list/target-counts';

const EVERY_MS = 2_000;
const NOTHING_KNOWN = { resultsPerS: 0, agentsConnected: 0, agentsUnknown: 0, agentsTotal: 0 };
const logger = createLogger('counts-stream');

/**
 * Source of the `counts` event, every 2 s if something changed: targets by status and the gauges of other contexts; with a scope, the targets
 * of the scope alone.
 */
@Injectable()
export class CountsStream implements StreamSource, OnModuleInit {
  readonly name = 'counts';
  readonly scopeUse = 'applied';
  /** Streams that have clients, by scope; clients of the same scope share one. */
  private readonly shared = new Map<Scope, Observable<Buffer>>();

  constructor(
    private readonly counts: TargetCounts,
    private readonly sources: StreamSources,
    private readonly judged: JudgedTargets,
    private readonly agentTargets: AgentTargets,
    private readonly placements: TargetPlacements,
    private readonly maintenance: TargetsInMaintenance,
  ) {}

  onModuleInit(): void {
    this.sources.register(this);
  }

  openStream({ principal: { scope } }: Pick<StreamRequest, 'principal'>): Observable<StreamPart> {
    const found = this.shared.get(scope);
    if (found !== undefined) return found;
    const stream = timer(0, EVERY_MS).pipe(
      concatMap(() => this.readCounts(scope)),
      distinctUntilChanged(),
      map((text) => messageBytes({ event: 'counts', data: JSON.parse(text) as unknown })),
      finalize(() => this.shared.delete(scope)),
      shareReplay({ bufferSize: 1, refCount: true }),
    );
    this.shared.set(scope, stream);
    return stream;
  }

  /** Reads the counts as JSON text, so that a change is detected by comparing texts. */
  private readCounts(scope: Scope): Observable<string> {
    return new Observable<string>((reader) => {
      Promise.all([this.countTargets(scope), scope === null ? this.sources.readGauges() : {}]).then(
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

  private async countTargets(scope: Scope): Promise<StatusCounts> {
    const judged = await this.judged.now();
    const { agentTargets, placements, maintenance } = this;
    return this.counts.filteredByStatus(
      listFilter({}, { judged, agentTargets, placements, maintenance }, scope),
      judged,
    );
  }
}
