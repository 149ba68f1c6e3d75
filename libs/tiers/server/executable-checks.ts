import { ReportedExecutors } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { BUILT_IN_TIERS, type CheckRequest, type StoredTierPolicy } from '@icmp-mon/tiers/contract';
import { Injectable } from '@nestjs/common';

/** Refuses checks that no agent can execute. */
@Injectable()
export class ExecutableChecks {
  constructor(
    private readonly database: ControlDatabase,
    private readonly reported: ReportedExecutors,
  ) {}

  /**
   * Types that the tier has already are not questioned, so that a tier can be changed while its agents are replaced. Before the first report
   * of any agent, the types of the built-in tiers are accepted.
   * @throws DomainError `invalid` that names each type which no agent reports
   */
  async requireExecutors(tier: string, checks: readonly CheckRequest[]): Promise<void> {
    const [row] = await this.database.query<{ policy: StoredTierPolicy }>('SELECT policy FROM tier WHERE name = $1', [
      tier,
    ]);
    const known = new Set(row?.policy.checks.map(({ type }) => type));
    if (checks.every(({ type }) => known.has(type))) return;
    const reported = await this.reported.executorTypes();
    const executed = new Set<string>(reported.length > 0 ? reported : builtInTypes());
    const errors = checks.flatMap(({ type }, at): FieldError[] => {
      if (known.has(type) || executed.has(type)) return [];
      return [{ pointer: `#/checks/${at}/type`, detail: `no agent reports the executor ${type}` }];
    });
    if (errors.length === 0) return;
    const missing = [...new Set(errors.map(({ detail }) => detail))].join(', ');
    const others = reported.length > 0 ? `agents report ${reported.join(', ')}` : 'no agent has reported yet';
    throw new DomainError('invalid', `${missing}; ${others}. Enrol an agent that has it, or remove the check.`, errors);
  }
}

function builtInTypes(): string[] {
  return Object.values(BUILT_IN_TIERS).flatMap(({ checks }) => checks.map(({ type }) => type));
}
