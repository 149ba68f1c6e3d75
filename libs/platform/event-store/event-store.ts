import { type Asked, Batching } from '@icmp-mon/platform/batching';
import { BackOff } from '@icmp-mon/platform/concurrency';
import {
  ControlDatabase,
  isConnectionError,
  isLockTimeout,
  isStatementTimeout,
  isTransient,
  type Sql,
} from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { answerKeeper } from './answer-keeper';
import { type Aggregate, type DomainEvent, type RecordedEvent, streamOf } from './aggregate';
import {
  type CommandRun,
  type Executed,
  type ExecuteOptions,
  type RunOutcome,
  runTogether,
  streamOfRun,
} from './command-run';
import { readStream } from './read-events';
import { lockStream } from './stream-locks';
import { VersionConflict } from './version-conflict';

export type { Executed, ExecuteOptions } from './command-run';

/** Attempts of one command before the conflict is reported to the caller. */
export const APPEND_ATTEMPTS_MAX = 10;
const BACK_OFF = { firstMs: 10, maxMs: 200 };
/** Maximum commands per transaction. An open append delays the relay's fence, so the transaction must be short. */
const TOGETHER_MAX = 250;
/** Maximum concurrent transactions of batches: one is prepared while the other commits. */
const TRANSACTIONS_MAX = 2;
/** Lock timeout for commands that run one by one after their shared transaction timed out. Longer than the relay's wait for its fence. */
const APART_LOCK_TIMEOUT_MS = 500;
/** Time within which commands that run one by one are started, so that they are answered before the clients time out. */
const APART_MS_MAX = 4_000;

type Waiting = Asked<CommandRun, Executed<unknown, DomainEvent>>;

/**
 * Loads an aggregate, decides, appends, and updates its read model, all in one transaction. Commands that arrive while others commit are
 * batched into one transaction, so that many concurrent commands cost little more than one.
 */
@Injectable()
export class EventStore {
  private readonly commands: Batching<CommandRun, Executed<unknown, DomainEvent>>;

  constructor(private readonly database: ControlDatabase) {
    this.commands = new Batching<CommandRun, Executed<unknown, DomainEvent>>(
      // Commands of one stream run one after the other instead of conflicting.
      { batchMax: TOGETHER_MAX, concurrentMax: TRANSACTIONS_MAX, keyOf: streamOfRun },
      async (_runs, asked) => {
        await this.runBatch(asked);
        return undefined;
      },
    );
  }

  /**
   * Runs `decide` on the current state and appends the events it returns; its errors are passed to the caller. Conflicts with other writers
   * are retried here and nowhere else, so `decide` must be pure.
   * @throws DomainError `precondition_failed` when the stream is not at `expectedVersion`; `conflict` after `APPEND_ATTEMPTS_MAX` attempts
   */
  execute<S, E extends DomainEvent, A = undefined>(
    aggregate: Aggregate<S, E>,
    id: string,
    decide: (state: S) => E[],
    options: ExecuteOptions<E, A>,
  ): Promise<Executed<S, E, A>> {
    const run = runOf(aggregate, id, decide, options);
    const isAlone = options.before !== undefined || options.within !== undefined || run.keep !== undefined;
    return (isAlone ? this.runAlone(run) : this.commands.askBatched(run)) as Promise<Executed<S, E, A>>;
  }

  /**
   * Makes one attempt of `execute` in the caller's transaction, which must commit soon afterwards because it delays the relay.
   * @throws VersionConflict when another writer was first
   */
  async executeWithin<S, E extends DomainEvent, A = undefined>(
    sql: Sql,
    aggregate: Aggregate<S, E>,
    id: string,
    decide: (state: S) => E[],
    options: ExecuteOptions<E, A>,
  ): Promise<Executed<S, E, A>> {
    return (await runOne(sql, runOf(aggregate, id, decide, options))) as Executed<S, E, A>;
  }

  /** Returns state and version of one aggregate; version 0 if it does not exist. */
  async loadAggregate<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    id: string,
  ): Promise<{ state: S; version: number }> {
    const events = await readStream<E>(this.database, streamOf(aggregate.category, id));
    const state = events.reduce((current, event) => aggregate.evolve(current, asDomainEvent(event)), aggregate.initial);
    return { state, version: events.length };
  }

  /** Runs a batch in one transaction. If the transaction fails, the batch is bisected until only the failing command fails. */
  private async runBatch(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (batch.length === 1) return this.runAlone(first.question).then(first.answerWith, first.failWith);
    try {
      const runs = batch.map(({ question }) => question);
      const outcomes = await this.database.transaction((sql) => runTogether(sql, runs));
      batch.forEach((waiting, at) => settle(waiting, outcomes[at]));
    } catch (error) {
      if (isStatementTimeout(error)) return this.runApart(batch, error);
      if (isConnectionError(error)) return batch.forEach(({ failWith }) => failWith(error));
      const half = batch.length >> 1;
      await this.runBatch(batch.slice(0, half));
      await this.runBatch(batch.slice(half));
    }
  }

  /**
   * Runs the commands of a batch one by one after its transaction timed out and was rolled back, because another session holds a lock that
   * one of them needs. Commands that cannot start within `APART_MS_MAX` fail with the timeout.
   */
  private async runApart(batch: readonly Waiting[], timeout: unknown): Promise<void> {
    const untilMs = performance.now() + APART_MS_MAX;
    for (const { question: run, answerWith, failWith } of batch) {
      if (performance.now() >= untilMs) failWith(timeout);
      else
        await this.runAlone(run, APART_LOCK_TIMEOUT_MS).then(answerWith, (error: unknown) =>
          failWith(isLockTimeout(error) ? timeout : error),
        );
    }
  }

  private async runAlone(run: CommandRun, lockTimeoutMs?: number): Promise<Executed<unknown, DomainEvent>> {
    const backOff = new BackOff(BACK_OFF);
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.database.transaction(async (sql) => {
          if (lockTimeoutMs !== undefined) await sql.execute(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
          // The first attempt is optimistic. Later ones take a lock of the stream, so that other writers cannot starve this one.
          if (attempt > 1) await lockStream(sql, streamOfRun(run));
          return runOne(sql, run);
        });
      } catch (error) {
        if (!isRetriable(error) || (lockTimeoutMs !== undefined && isLockTimeout(error))) throw error;
        if (attempt >= APPEND_ATTEMPTS_MAX) {
          const detail = `${run.aggregate.category} ${run.id} is being changed by other requests. Read it again and retry.`;
          throw new DomainError('conflict', detail, undefined, { cause: error });
        }
        await backOff.waitAfterFailure();
      }
    }
  }
}

/** Builds a `CommandRun` without type parameters. The cast is safe: a run returns the types of its own aggregate and options. */
function runOf<S, E extends DomainEvent, A>(
  aggregate: Aggregate<S, E>,
  id: string,
  decide: (state: S) => E[],
  options: ExecuteOptions<E, A>,
): CommandRun {
  const keep = options.answer === undefined ? undefined : answerKeeper();
  return { aggregate, id, decide, options, keep } as unknown as CommandRun;
}

async function runOne(sql: Sql, run: CommandRun): Promise<Executed<unknown, DomainEvent>> {
  await run.options.before?.(sql);
  const [outcome] = await runTogether(sql, [run]);
  if ('refused' in outcome) throw outcome.refused;
  return outcome.done;
}

function settle({ answerWith, failWith }: Waiting, outcome: RunOutcome): void {
  if ('done' in outcome) answerWith(outcome.done);
  else failWith(outcome.refused);
}

/** Rebuilds the domain event. The cast is safe: type and data were stored from one event. */
function asDomainEvent<E extends DomainEvent>(event: RecordedEvent<E>): E {
  return { type: event.type, data: event.data } as E;
}

/** Returns true for conflicts and transient errors. Not for a lost connection: its commit may have succeeded, which only the caller can check. */
function isRetriable(error: unknown): boolean {
  return error instanceof VersionConflict || (isTransient(error) && !isConnectionError(error));
}
