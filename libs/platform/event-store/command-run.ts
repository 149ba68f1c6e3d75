import { DomainError } from '@icmp-mon/platform/errors';
import type { Sql } from '@icmp-mon/platform/database';
import { type Aggregate, type DomainEvent, type EventMetadata, type RecordedEvent, streamOf } from './aggregate';
import type { AnswerKeeper } from './answer-keeper';
import { type Addition, append } from './append';
import { readStreams } from './read-events';

export interface ExecuteOptions<E extends DomainEvent = DomainEvent, A = unknown> {
  metadata: EventMetadata;
  /** Version that the stream must have (If-Match); 0 means that it must not exist. */
  expectedVersion?: number;
  /** Runs first in the transaction, to take locks. A command with this option never shares its transaction with other commands. */
  before?: (sql: Sql) => Promise<void>;
  /**
   * Further writes in the append's transaction, such as storing a secret. Runs also when no event was decided. A command with this option
   * never shares its transaction with other commands.
   */
  within?: (sql: Sql, events: readonly RecordedEvent[]) => Promise<void>;
  /**
   * Returns the answer for the caller. Runs after `within` in the append's transaction, also when no event was decided. The answer to a
   * request with an Idempotency-Key is stored there; such a command never shares its transaction with other commands.
   */
  answer?: (sql: Sql, events: readonly RecordedEvent<E>[]) => A | Promise<A>;
}

export interface Executed<S, E extends DomainEvent, A = unknown> {
  events: RecordedEvent<E>[];
  version: number;
  state: S;
  /** Result of the option `answer`. */
  answer: A;
}

/** One command to execute. */
export interface CommandRun<S = unknown, E extends DomainEvent = DomainEvent> {
  aggregate: Aggregate<S, E>;
  id: string;
  decide(state: S): E[];
  options: ExecuteOptions;
  /** Stores the answer for repeated requests. */
  keep?: AnswerKeeper | undefined;
  /** The stream is new, so that it is not read: its id was just made. If it exists after all, the append throws VersionConflict. */
  isNew?: boolean;
}

export const streamOfRun = ({ aggregate, id }: Pick<CommandRun, 'aggregate' | 'id'>): string =>
  streamOf(aggregate.category, id);

/** Outcome of one command: done, or refused by its own decision before anything was written. */
export type RunOutcome = { done: Executed<unknown, DomainEvent> } | { refused: unknown };

/**
 * Runs commands of different streams in one transaction: one statement loads all of them, one appends, one projects. A refused command
 * does not affect the others; an error thrown here rolls back the transaction of all.
 */
export async function runTogether(sql: Sql, runs: readonly CommandRun[]): Promise<RunOutcome[]> {
  const stored = runs.filter(({ isNew }) => isNew !== true);
  const histories = stored.length === 0 ? new Map<string, never>() : await readStreams(sql, stored.map(streamOfRun));
  const outcomes: RunOutcome[] = [];
  const appending: { run: CommandRun; at: number; addition: Addition }[] = [];
  runs.forEach((run, at) => {
    const history = histories.get(streamOfRun(run)) ?? [];
    try {
      const state = evolved(run.aggregate, run.aggregate.initial, history);
      const events = decideOn(run, state, history.length);
      outcomes[at] = { done: { events: [], version: history.length, state, answer: undefined } };
      const { metadata } = run.options;
      const { personal } = run.aggregate;
      if (events.length > 0)
        appending.push({
          ...{ run, at },
          addition: { stream: streamOfRun(run), version: history.length, events, personal, metadata },
        });
    } catch (error) {
      outcomes[at] = { refused: error };
    }
  });
  if (appending.length > 0) {
    const recorded = await append(
      sql,
      appending.map(({ addition }) => addition),
    );
    const byAggregate = new Map<Aggregate<unknown, DomainEvent>, RecordedEvent[]>();
    appending.forEach(({ run, at }, nr) => {
      const { aggregate } = run;
      const events = recorded[nr];
      const projected = byAggregate.get(aggregate);
      if (projected === undefined) byAggregate.set(aggregate, [...events]);
      else projected.push(...events);
      const before = (outcomes[at] as { done: Executed<unknown, DomainEvent> }).done;
      outcomes[at] = {
        done: {
          events,
          version: before.version + events.length,
          state: evolved(aggregate, before.state, events),
          answer: undefined,
        },
      };
    });
    for (const [aggregate, events] of byAggregate) await aggregate.project?.(sql, events);
    for (const [aggregate, events] of byAggregate) await aggregate.requireConsistency?.(sql, events);
  }
  for (const [at, run] of runs.entries()) {
    const outcome = outcomes[at];
    if ('done' in outcome) await finish(sql, run, outcome.done);
  }
  return outcomes;
}

/** Runs the options `within` and `answer` of a command, last in its transaction. */
async function finish(sql: Sql, { options, keep }: CommandRun, done: Executed<unknown, DomainEvent>): Promise<void> {
  const { within, answer } = options;
  await within?.(sql, done.events);
  if (answer === undefined) return;
  done.answer = await answer(sql, done.events);
  await keep?.(sql, done.answer);
}

function decideOn({ aggregate, id, decide, options }: CommandRun, state: unknown, version: number): DomainEvent[] {
  const { expectedVersion } = options;
  if (expectedVersion !== undefined && expectedVersion !== version) {
    const detail = `${aggregate.category} ${id} is at version ${version}, not ${expectedVersion}. Read it again and retry.`;
    throw new DomainError('precondition_failed', detail);
  }
  return decide(state);
}

function evolved(aggregate: CommandRun['aggregate'], state: unknown, events: readonly DomainEvent[]): unknown {
  return events.reduce((current, { type, data }) => aggregate.evolve(current, { type, data }), state);
}
