import type { Sql } from '@icmp-mon/platform/database';
import { scopePredicate } from '@icmp-mon/targets/contract';
import { idsOutsideScope } from '../target-list/scope-condition';
import { DEPENDENCIES_REFUSE, NOT_AVAILABLE, outsideText } from '../within-scope';
import { decideLine, type LineContext, type LineDecision } from './decide-line';
import type { WaitingLine } from './import-rows';
import type { CurrentTarget } from './known-targets';

/**
 * The lines of an import whose caller has a scope. Each target must be in the scope before and after its line. A target outside of it does not
 * exist for them, neither at the address of a line nor as a parent: a line is refused with the same reason whether or not there is one, except
 * that its address cannot be registered. Parents that the caller does not see stay.
 */
export class ScopedLines {
  private readonly isInScope: ReturnType<typeof scopePredicate>;

  private constructor(
    private readonly scope: string,
    private readonly hidden: ReadonlySet<string>,
  ) {
    this.isInScope = scopePredicate(scope);
  }

  /** Reads which of the targets at the addresses of lines, their parents, and the targets that lines may name as parents are hidden. */
  static async readHidden(
    sql: Sql,
    scope: string,
    current: Iterable<CurrentTarget>,
    named: Iterable<string>,
  ): Promise<ScopedLines> {
    const ids = [...current].flatMap(({ id, parents }) => [id, ...parents.map((parent) => parent.id)]);
    return new ScopedLines(scope, await idsOutsideScope(sql, [...new Set([...ids, ...named])], scope));
  }

  decideLine(line: WaitingLine, context: LineContext): LineDecision {
    const { current, parentOf } = context;
    const isHidden = current !== undefined && this.hidden.has(current.id);
    const decision = decideLine(line, {
      ...context,
      current: current === undefined || isHidden ? undefined : this.withVisibleParents(current),
      parentOf: (reference, vrf) => {
        const parent = parentOf(reference, vrf);
        return parent !== undefined && this.hidden.has(parent.id) ? undefined : parent;
      },
    });
    if (decision.outcome !== 'created' && decision.outcome !== 'changed') return decision;
    if (!this.isInScope(decision.target)) return refused(decision, null, outsideText(this.scope));
    if (isHidden) return refused(decision, 'ip', NOT_AVAILABLE);
    if (decision.outcome === 'created' || current === undefined) return decision;
    const kept = current.parents.filter(({ id }) => this.hidden.has(id)).map(({ id }) => id);
    const parents = [...new Set([...decision.target.parents, ...kept])].sort();
    return { ...decision, target: { ...decision.target, parents } };
  }

  /** Returns a decision after the check of dependencies, whose refusals name targets. */
  static withoutNames(before: LineDecision, checked: LineDecision): LineDecision {
    const isRefused = before.outcome !== 'refused' && checked.outcome === 'refused';
    return isRefused ? refused(checked, 'parents', DEPENDENCIES_REFUSE) : checked;
  }

  private withVisibleParents(current: CurrentTarget): CurrentTarget {
    return { ...current, parents: current.parents.filter(({ id }) => !this.hidden.has(id)) };
  }
}

const refused = ({ line }: { line: number }, column: 'ip' | 'parents' | null, reason: string): LineDecision => ({
  line,
  outcome: 'refused',
  fault: { column, reason },
});
