import type { CheckDefinition } from './tier';

/** Reads the present checks of tiers. The tiers implement it in the API, for the routes of other contexts. */
export abstract class TierChecks {
  /** Returns the checks of a tier, at most some seconds old; none for an unknown tier. */
  abstract checksOf(tier: string): Promise<readonly CheckDefinition[]>;
}

/**
 * Returns the check whose round trips and losses are the figures of a target: its ping; without one the first check that must be answered, or
 * the first of all. Undefined for a tier without checks.
 */
export function leadingCheck(checks: readonly CheckDefinition[]): CheckDefinition | undefined {
  const answered = checks.filter(({ expect }) => expect === 'reachable');
  return answered.find(({ type }) => type === 'icmp_ping') ?? answered[0] ?? checks[0];
}
