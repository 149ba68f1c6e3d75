import type { Scope } from '@icmp-mon/identity/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { ANCESTORS_MAX, scopePredicate, targetDataOf, type TargetEvent } from '@icmp-mon/targets/contract';
import { DependencyRefused } from './dependencies';
import type { TargetState } from './target';

type Decide = (state: TargetState) => TargetEvent[];

/**
 * Limits a decision to the targets of a scope: the target must be in it before and after.
 * @throws DomainError `not_found` for a target that is not, or no longer, in the scope; `forbidden` if it would not be in the scope
 */
export function withinScope(scope: Scope, decide: Decide): Decide {
  if (scope === null) return decide;
  const isInScope = scopePredicate(scope);
  return (state) => {
    if (state.kind === 'registered' && !isInScope(state.target)) {
      throw new DomainError('not_found', 'The target does not exist or was removed.');
    }
    const events = decide(state);
    for (const event of events) {
      const isState = event.type === 'TargetRegistered' || event.type === 'TargetChanged';
      if (isState && !isInScope(targetDataOf(event.data))) throw outsideScope(scope);
    }
    return events;
  };
}

/** Returns the parents that the caller does not see, of the state that is changed: others may have added one in the meantime. */
export const hiddenParents = (state: TargetState, visible: ReadonlySet<string> | null): string[] =>
  visible === null || state.kind !== 'registered' ? [] : state.target.parents.filter((id) => !visible.has(id));

export const outsideScope = (scope: string): DomainError => new DomainError('forbidden', outsideText(scope));

/** Returns why a target may not be registered or changed, as a sentence. */
export const outsideText = (scope: string): string =>
  `You may register and change only targets of your scope, ${scope}, and the target would not be one.`;

/** Why an address that is a target outside of the scope cannot be registered, without a word about it. */
export const NOT_AVAILABLE = 'The address cannot be registered within your scope. Ask an administrator.';

/** Why dependencies refuse a change, the same whether or not the caller sees the targets. */
export const DEPENDENCIES_REFUSE =
  'Dependencies between targets do not allow this change: a target with dependent targets cannot be removed, none may depend on itself, and ' +
  `none on more than ${ANCESTORS_MAX} over all levels.`;

/** Returns the error for a caller: refusals because of dependencies name targets, which a caller with a scope may not see. */
export const errorInScope = (scope: Scope, error: unknown): unknown =>
  scope !== null && error instanceof DependencyRefused ? new DomainError(error.code, DEPENDENCIES_REFUSE) : error;

/** Returns the text of an error for a caller, like `errorInScope`. */
export const detailInScope = (scope: Scope, error: DomainError): string =>
  scope !== null && error instanceof DependencyRefused ? DEPENDENCIES_REFUSE : error.detail;
