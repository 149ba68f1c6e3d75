import type { Scope } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import type { TargetDirectory, TargetReference } from '@icmp-mon/targets/contract';
import { catchError, EMPTY, exhaustMap, from, ignoreElements, interval, NEVER, type Observable, of, take } from 'rxjs';

/** Interval at which a stream checks that its target is still in the scope. */
const CHECK_MS = 5_000;

/** Returns an observable that emits once when a target has left the scope; never without a scope. A failed check is repeated. */
export function leftScope(targets: TargetDirectory, { id }: TargetReference, scope: Scope): Observable<unknown> {
  if (scope === null) return NEVER;
  return interval(CHECK_MS).pipe(
    exhaustMap(() =>
      from(targets.findTarget(id, undefined, scope)).pipe(
        ignoreElements(),
        catchError((error: unknown) => (error instanceof DomainError && error.code === 'not_found' ? of(true) : EMPTY)),
      ),
    ),
    take(1),
  );
}
