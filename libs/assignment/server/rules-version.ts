import type { Sql } from '@icmp-mon/platform/database';

/**
 * Version of the rules by which `assign` and `shortfallOf` decide. Raise it with each change after which the same agents and targets give
 * another selection or reason: the worker then evaluates all stored targets again, once. `rules-version.unit.spec.ts` detects such a change.
 */
export const RULES_VERSION = 3;

/** A worker of an older release decides by older rules: a newer one evaluates all targets again when this one has ended. */
export async function noteRules(sql: Sql): Promise<void> {
  await sql.execute(
    `UPDATE assignment_rules SET version = least(version, $1), reached_version = 0, reached_key = -1
     WHERE greatest(version, reached_version) > $1`,
    [RULES_VERSION],
  );
}
