import { DomainError } from '@icmp-mon/platform/errors';
import { type StreamPart, type StreamRequest, type StreamSource, StreamSources } from '@icmp-mon/platform/http';
import { TargetDirectory } from '@icmp-mon/targets/contract';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { catchError, defer, EMPTY, mergeMap, type Observable, of } from 'rxjs';
import { LiveResults } from './live-results';

/**
 * Results of one target on the stream that a browser tab holds (`?live=<target>`). They carry no event id, because that is
 * the list's: whoever reconnects reads the results anew.
 */
@Injectable()
export class LiveSource implements StreamSource, OnModuleInit {
  readonly name = 'live';

  constructor(
    private readonly sources: StreamSources,
    private readonly targets: TargetDirectory,
    private readonly live: LiveResults,
  ) {}

  onModuleInit(): void {
    this.sources.register(this);
  }

  /** @throws DomainError `forbidden` without the permission to read results */
  open({ query, principal, drained }: StreamRequest): Observable<StreamPart> | null {
    const reference = query['live'];
    if (reference === undefined || reference === '') return null;
    if (!principal.permissions.includes('results:read')) {
      throw new DomainError('forbidden', 'Live results need the permission results:read.');
    }
    return defer(() => this.targets.find(reference, query['vrf'])).pipe(
      mergeMap(({ key }) => this.live.follow(key, null, drained)),
      mergeMap((message) => (message.kind === 'results' ? of(message.events.bare()) : EMPTY)),
      // A target that is gone has no results, and the rest of the stream goes on.
      catchError((error: unknown) => {
        if (error instanceof DomainError && (error.code === 'not_found' || error.code === 'ambiguous')) return EMPTY;
        throw error;
      }),
    );
  }
}
