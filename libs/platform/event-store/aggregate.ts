import type { Sql } from '@icmp-mon/platform/database';
import type { PersonalData } from './personal-data';

export interface DomainEvent {
  type: string;
  data: object;
}

/** Actor, cause and correlation id of an event; ids are UUIDs. */
export interface EventMetadata {
  actor: string;
  causationId: string | null;
  correlationId: string;
}

/** A stored event: `position` orders the whole store, `version` orders its stream (from 1), `occurredAt` is ISO 8601. */
export interface RecordedEvent<E extends DomainEvent = DomainEvent> {
  position: number;
  /** UUIDv7. */
  id: string;
  stream: string;
  version: number;
  type: E['type'];
  data: E['data'];
  metadata: EventMetadata;
  occurredAt: string;
}

/** The part of an event from which read models are built: without id and metadata. */
export type ProjectedEvent<E extends DomainEvent = DomainEvent> = Omit<RecordedEvent<E>, 'id' | 'metadata'>;

/** One type of aggregate. Its stream is named `<category>-<id>`, so a category contains no hyphen. */
export interface Aggregate<S, E extends DomainEvent> {
  category: string;
  initial: S;
  evolve(state: S, event: E): S;
  /** Members of its events that are stored encrypted, so that they can be erased. */
  personal?: PersonalData;
  /** Updates the aggregate's own read model, in the transaction of the append or in a rebuild. Events are in the order of the store. */
  project?(sql: Sql, events: readonly ProjectedEvent<E>[]): Promise<void>;
  /**
   * Refuses events that break a rule across aggregates, by throwing; runs after `project`, in the transaction of the append, never in a
   * rebuild. The events may be those of several commands: if they are refused, the commands are divided until only the faulty one fails.
   */
  requireConsistency?(sql: Sql, events: readonly ProjectedEvent<E>[]): Promise<void>;
}

export function streamOf(category: string, id: string): string {
  if (category.includes('-'))
    throw new Error(`The category "${category}" must not contain a hyphen: a category ends at the first one.`);
  return `${category}-${id}`;
}

export function categoryOf(stream: string): string {
  return stream.slice(0, stream.indexOf('-'));
}

export function aggregateIdOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}
