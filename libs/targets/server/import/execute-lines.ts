import type { Sql } from '@icmp-mon/platform/database';
import { DependencyUnavailable, DomainError } from '@icmp-mon/platform/errors';
import { type EventMetadata, executeMany, type ManyCommand, type ManyOutcome } from '@icmp-mon/platform/event-store';
import type { TargetEvent } from '@icmp-mon/targets/contract';
import { TARGET, type TargetState } from '../target';

type Command = ManyCommand<TargetState, TargetEvent>;

/** Returns whether a rule refused a command, so that it would also refuse its repetition. */
export const isRefusal = (error: unknown): error is DomainError =>
  error instanceof DomainError && !(error instanceof DependencyUnavailable) && error.code !== 'precondition_failed';

/**
 * Executes the commands of lines in the caller's transaction. If a rule across targets refuses them together, each is executed by itself, so
 * that only the lines that break the rule are refused.
 * @throws DomainError `precondition_failed`, VersionConflict, or an error of the constraint on addresses, when others changed a target meanwhile
 */
export async function executeLines(
  sql: Sql,
  commands: readonly Command[],
  metadata: EventMetadata,
): Promise<ManyOutcome[]> {
  const together = await executeOrRefuse(sql, commands, metadata);
  if (!('refused' in together)) return together.outcomes;
  const outcomes: ManyOutcome[] = [];
  for (const command of commands) {
    const alone = await executeOrRefuse(sql, [command], metadata);
    outcomes.push('refused' in alone ? alone : alone.outcomes[0]);
  }
  return outcomes;
}

/** Executes commands; if they are refused together, they have no effect. */
async function executeOrRefuse(
  sql: Sql,
  commands: readonly Command[],
  metadata: EventMetadata,
): Promise<{ outcomes: ManyOutcome[] } | { refused: DomainError }> {
  await sql.execute('SAVEPOINT lines');
  try {
    const outcomes = await executeMany(sql, TARGET, commands, metadata);
    await sql.execute('RELEASE SAVEPOINT lines');
    return { outcomes };
  } catch (error) {
    if (!isRefusal(error)) throw error;
    await sql.execute('ROLLBACK TO SAVEPOINT lines');
    await sql.execute('RELEASE SAVEPOINT lines');
    return { refused: error };
  }
}
