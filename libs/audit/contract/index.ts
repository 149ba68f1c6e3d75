export const EVENTS_PAGE_MAX = 200;
export const EVENTS_PAGE_DEFAULT = 50;
/** Most caused events that an entry counts; more are stated as more. */
export const CAUSED_COUNT_MAX = 100;

/** The user, key, agent or part of the product that did something. */
export interface AuditActor {
  /** `user:<id>`, `api-key:<id>`, `agent:<id>`, `cli:<user of the machine>`, or `system:<part of the product>`. */
  id: string;
  /** Name of the user, API key or agent; null for others, and for unknown ones. */
  name: string | null;
}

/** The entity whose stream contains an event. */
export interface AuditEntity {
  /** `target`, `tier`, `agent`, `user`, …: those of `GET /api/v1/events/kinds`; newer releases may add kinds. */
  kind: string;
  id: string;
  /** Address of a target, name of an agent, user or API key, also of a removed one; null if it has none. */
  name: string | null;
}

/** One field of an entity before and after an event. Null: none. */
export interface AuditChange {
  field: string;
  before: string | null;
  after: string | null;
}

/** One event of the event store, as the audit shows it. */
export interface AuditEntry {
  /** Id of the event. */
  id: string;
  /** When it happened, ISO 8601. */
  at: string;
  actor: AuditActor;
  /** Type of the event. */
  event: string;
  /** Phrase in the past tense, without the name of the entity: `changed the target`. */
  did: string;
  entity: AuditEntity;
  /** Version of the entity after the event. */
  version: number;
  changes: AuditChange[];
  /** The same for all events of one request, also those of a bulk job. */
  correlationId: string;
  /** Id of the bulk job or the event that caused this one; null if a request did. */
  causationId: string | null;
  /** Events that jobs of the same request caused, at most `CAUSED_COUNT_MAX`; listed by its correlation id. */
  causedCount: number;
}

/** `GET /api/v1/events`. */
export interface AuditPage {
  /** Newest first; with `after`, oldest first. */
  items: AuditEntry[];
  /** Cursor of older events; null on the last page, and with `after`. */
  next: string | null;
  /** Cursor to be passed as `after`, to read what happens from now on. */
  newest: string;
}

/** Query of `GET /api/v1/events` and of its export. All members must match. */
export interface AuditQuery {
  /** Id of an actor, or the name of a user, API key or agent. */
  actor?: string;
  /** Kind of entity. */
  kind?: string;
  /** Id of an entity of the kind, or its name or address. */
  entity?: string;
  /** Types of events, separated by commas. */
  event?: string;
  /** Inclusive: ISO 8601, a date, or `now-6h`. */
  from?: string;
  /** Exclusive. */
  to?: string;
  correlation?: string;
  /** Whether events that a bulk job or another event caused are left out: their cause is listed, with their number. */
  folded?: boolean;
}

/** A kind of entity with the types of its events: an item of `GET /api/v1/events/kinds`. */
export interface AuditKind {
  kind: string;
  events: string[];
}
