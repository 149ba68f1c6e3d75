import type { Sql } from '@icmp-mon/platform/database';
import type { Aggregate, DomainEvent, EventMetadata } from './aggregate';
import { type CommandRun, type ExecuteOptions, runTogether } from './command-run';

/** One of several commands on different aggregates of one type. */
export type ManyCommand<S, E extends DomainEvent> = Pick<CommandRun<S, E>, 'id' | 'decide'> &
  Required<Pick<ExecuteOptions, 'expectedVersion'>>;

/** Number of events that a command appended, or the error of its decision. */
export type ManyOutcome = { appended: number } | { refused: unknown };

/**
 * Makes one attempt of many commands in the caller's transaction, which must commit soon afterwards because it delays the relay. One
 * statement loads all streams, one appends, one projects; at most some hundred commands. Streams with `expectedVersion` 0 are not loaded,
 * because their ids were just made. A refused command does not affect the others.
 * @throws VersionConflict when another writer was first; the transaction must then be rolled back
 */
export async function executeMany<S, E extends DomainEvent>(
  sql: Sql,
  aggregate: Aggregate<S, E>,
  commands: readonly ManyCommand<S, E>[],
  metadata: EventMetadata,
): Promise<ManyOutcome[]> {
  // The cast removes the type parameters. It is safe: each decision gets a state of its own aggregate.
  const runs = commands.map(({ id, decide, expectedVersion }) => ({
    aggregate,
    id,
    decide,
    options: { metadata, expectedVersion },
    isNew: expectedVersion === 0,
  })) as unknown as CommandRun[];
  const outcomes = await runTogether(sql, runs);
  return outcomes.map((outcome) => ('done' in outcome ? { appended: outcome.done.events.length } : outcome));
}
