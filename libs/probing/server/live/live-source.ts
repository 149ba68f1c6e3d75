import type { Scope } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { type StreamPart, type StreamRequest, type StreamSource, StreamSources } from '@icmp-mon/platform/http';
import { LIVE_TARGETS_MAX, TargetDirectory } from '@icmp-mon/targets/contract';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { catchError, defer, EMPTY, merge, mergeMap, type Observable, of, takeUntil } from 'rxjs';
import { leftScope } from './in-scope';
import { LiveResults } from './live-results';

/**
 * Results of some targets on the stream that a browser keeps open (`?live=<target>,<target>`). They have no event id, because the ids are
 * those of the target list: a client that reconnects reads the results again.
 */
@Injectable()
export class LiveSource implements StreamSource, OnModuleInit {
  readonly name = 'live';
  readonly scopeUse = 'applied';

  constructor(
    private readonly sources: StreamSources,
    private readonly targets: TargetDirectory,
    private readonly live: LiveResults,
  ) {}

  onModuleInit(): void {
    this.sources.register(this);
  }

  /** @throws DomainError `forbidden` without the permission to read results; `invalid` for too many targets */
  openStream({ query, principal, whenDrained }: StreamRequest): Observable<StreamPart> | null {
    const references = [...new Set((query['live'] ?? '').split(',').filter((reference) => reference !== ''))];
    if (references.length === 0) return null;
    if (references.length > LIVE_TARGETS_MAX) {
      const detail = `One stream can contain the results of at most ${LIVE_TARGETS_MAX} targets, not ${references.length}.`;
      throw new DomainError('invalid', detail, [{ pointer: '?live', detail }]);
    }
    if (!principal.permissions.includes('results:read')) {
      throw new DomainError('forbidden', 'Live results require the permission results:read.');
    }
    return merge(
      ...references.map((reference) =>
        this.resultsOf(reference, { vrf: query['vrf'], scope: principal.scope }, whenDrained),
      ),
    );
  }

  private resultsOf(
    reference: string,
    { vrf, scope }: { vrf: string | undefined; scope: Scope },
    drained: () => Promise<void>,
  ): Observable<StreamPart> {
    return defer(() => this.targets.findTarget(reference, vrf, scope)).pipe(
      mergeMap((target) =>
        this.live.streamResults(target.key, null, drained).pipe(takeUntil(leftScope(this.targets, target, scope))),
      ),
      mergeMap((message) => (message.kind === 'results' ? of(message.events.bare()) : EMPTY)),
      // A removed target has no results; the rest of the stream continues.
      catchError((error: unknown) => {
        if (error instanceof DomainError && (error.code === 'not_found' || error.code === 'ambiguous')) return EMPTY;
        throw error;
      }),
    );
  }
}
