import type { Sql } from '@icmp-mon/platform/database';

export interface DomainEvent {
  type: string;
  data: object;
}

/** Who caused an event and within which chain of causes; ids are UUIDs. */
export interface EventMetadata {
  actor: string;
  causationId: string | null;
  correlationId: string;
}

/** An event as kept: `position` orders the whole store, `version` its stream (from 1), `occurredAt` is ISO 8601. */
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

/** What a read model is made from: the event without its own id and the trace of its cause. */
export type ProjectedEvent<E extends DomainEvent = DomainEvent> = Omit<RecordedEvent<E>, 'id' | 'metadata'>;

/** One kind of aggregate; its stream is `<category>-<id>`, so a category holds no hyphen. */
export interface Aggregate<S, E extends DomainEvent> {
  category: string;
  initial: S;
  evolve(state: S, event: E): S;
  /** The aggregate's own read model, written in the append's transaction and by a rebuild: events in the order of the store. */
  project?(sql: Sql, events: readonly ProjectedEvent<E>[]): Promise<void>;
}

export function streamOf(category: string, id: string): string {
  if (category.includes('-')) throw new Error(`Category "${category}" must not hold a hyphen: it ends at the first.`);
  return `${category}-${id}`;
}

export function categoryOf(stream: string): string {
  return stream.slice(0, stream.indexOf('-'));
}

export function aggregateIdOf(stream: string): string {
  return stream.slice(stream.indexOf('-') + 1);
}
