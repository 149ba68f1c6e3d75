import { setTimeout as delay } from 'node:timers/promises';
import { ControlDatabase, isConnectionError, isTransient, type Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { type Aggregate, type DomainEvent, type EventMetadata, type RecordedEvent, streamOf } from './aggregate';
import { append } from './append';
import { readStream } from './read-events';
import { VersionConflict } from './version-conflict';

/** Tries of one command before a conflict is told to the caller. */
export const APPEND_ATTEMPTS_MAX = 10;
const BACK_OFF_BASE_MS = 5;
const BACK_OFF_MAX_MS = 200;

export interface ExecuteOptions {
  metadata: EventMetadata;
  /** The version the caller saw (If-Match); 0 says that the stream must not exist. */
  expectedVersion?: number;
  /** Runs last in the append's transaction, also when nothing was decided: an idempotency row, a secret. */
  within?: (sql: Sql) => Promise<void>;
}

export interface Executed<S, E extends DomainEvent> {
  events: RecordedEvent<E>[];
  version: number;
  state: S;
}

/** Loads an aggregate, decides, appends and updates its read model, all in one transaction. */
@Injectable()
export class EventStore {
  constructor(private readonly database: ControlDatabase) {}

  /**
   * Runs `decide` on the current state; what it throws passes through. A conflict with another writer is retried here and
   * nowhere else, so `decide` must be pure.
   * @throws DomainError `precondition_failed` when the stream is not at `expectedVersion`; `conflict` when retries are spent.
   */
  async execute<S, E extends DomainEvent>(
    aggregate: Aggregate<S, E>,
    id: string,
    decide: (state: S) => E[],
    options: ExecuteOptions,
  ): Promise<Executed<S, E>> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.database.transaction(async (sql) => {
          // The first try is optimistic; a loser then queues for the stream, so that a crowd cannot starve it.
          if (attempt > 1) await lockStream(sql, streamOf(aggregate.category, id));
          return this.executeWithin(sql, aggregate, id, decide, options);
        });
      } catch (error) {
        if (!isRetriable(error)) throw error;
        if (attempt >= APPEND_ATTEMPTS_MAX) {
          const detail = `${aggregate.category} ${id} is being changed by others. Read it again and retry.`;
          throw new DomainError('conflict', detail, undefined, { cause: error });
        }
        await delay(Math.random() * Math.min(BACK_OFF_MAX_MS, BACK_OFF_BASE_MS * 2 ** attempt));
      }
    }
  }

  /** One try of `execute` in the caller's transaction, which must do nothing long after it; VersionConflict passes. */
  async executeWithin<S, E extends DomainEvent>(
    sql: Sql,
    aggregate: Aggregate<S, E>,
    id: string,
    decide: (state: S) => E[],
    options: ExecuteOptions,
  ): Promise<Executed<S, E>> {
    const before = await fold(sql, aggregate, id);
    const { expectedVersion } = options;
    if (expectedVersion !== undefined && expectedVersion !== before.version) {
      const detail = `${aggregate.category} ${id} is at version ${before.version}, not ${expectedVersion}. Read it again.`;
      throw new DomainError('precondition_failed', detail);
    }
    const decided = decide(before.state);
    let events: RecordedEvent<E>[] = [];
    if (decided.length > 0) {
      events = await append(sql, streamOf(aggregate.category, id), before.version, decided, options.metadata);
      for (const event of events) await aggregate.project?.(sql, event);
    }
    await options.within?.(sql);
    const state = decided.reduce((current, event) => aggregate.evolve(current, event), before.state);
    return { events, version: before.version + events.length, state };
  }

  /** State and version of one aggregate; version 0 means that it never existed. */
  async load<S, E extends DomainEvent>(aggregate: Aggregate<S, E>, id: string): Promise<{ state: S; version: number }> {
    return fold(this.database, aggregate, id);
  }
}

async function fold<S, E extends DomainEvent>(
  sql: Sql,
  aggregate: Aggregate<S, E>,
  id: string,
): Promise<{ state: S; version: number }> {
  const events = await readStream<E>(sql, streamOf(aggregate.category, id));
  const state = events.reduce((current, event) => aggregate.evolve(current, asDomainEvent(event)), aggregate.initial);
  return { state, version: events.length };
}

/** Stored type and data were written together from one E, so they are one again. */
function asDomainEvent<E extends DomainEvent>(event: RecordedEvent<E>): E {
  return { type: event.type, data: event.data } as E;
}

async function lockStream(sql: Sql, stream: string): Promise<void> {
  await sql.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [stream]);
}

/** A lost connection is not retried: its commit may have taken effect, and only the caller can tell. */
function isRetriable(error: unknown): boolean {
  return error instanceof VersionConflict || (isTransient(error) && !isConnectionError(error));
}
