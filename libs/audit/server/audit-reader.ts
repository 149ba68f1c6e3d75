import type { AuditChange, AuditEntry } from '@icmp-mon/audit/contract';
import { ActorNames } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import {
  aggregateIdOf,
  categoryOf,
  type EarlierAsked,
  readEarlier,
  readPositions,
  type RecordedEvent,
} from '@icmp-mon/platform/event-store';
import {
  AuditedCategories,
  type AuditedCategory,
  type AuditFields,
  fieldsAfter,
  fieldTypes,
} from '@icmp-mon/platform/plugins';
import { Injectable } from '@nestjs/common';
import { causedCounts } from './caused-counts';
import { withoutErased } from './erased-events';
import { fieldChanges } from './field-changes';
import { referencesOf, ShownNames } from './shown-names';

/** Versions before an event from which the fields of its entity are folded, unless an event among them holds the whole entity. */
const EARLIER_EVENTS_MAX = 100;

type Categories = ReadonlyMap<string, AuditedCategory>;

interface ChangedEvent {
  event: RecordedEvent;
  category: AuditedCategory | undefined;
  changes: AuditChange[];
}

/** The events from which the state before and within a part of a stream is folded, ordered by version. */
interface StatePart {
  part: EarlierAsked;
  events: RecordedEvent[];
}

/** Reads events as the audit shows them: with names, and with what they changed. */
@Injectable()
export class AuditReader {
  constructor(
    readonly database: ControlDatabase,
    readonly categories: AuditedCategories,
    readonly actors: ActorNames,
  ) {}

  /** Returns the entries of positions, in their order. */
  async readEntries(positions: readonly number[]): Promise<AuditEntry[]> {
    const categories = new Map(this.categories.plugged.map((each) => [each.aggregate.category, each]));
    const events = await withoutErased(this.database, categories, await readPositions(this.database, positions));
    const changed = changedEvents(events, await this.readStates(categories, events), categories);
    const names = await ShownNames.read(this, new Set(changed.flatMap(namedIn)));
    const counts = await causedCounts(this.database, events);
    const entries = new Map(
      changed.map((each) => [each.event.position, entryOf(each, names, counts.get(each.event.metadata.correlationId))]),
    );
    return positions.flatMap((position) => entries.get(position) ?? []);
  }

  /** Returns the events from which the states of the entities are folded, by parts of their streams. */
  private async readStates(categories: Categories, events: readonly RecordedEvent[]): Promise<StatePart[]> {
    const parts = partsOf(events);
    const { all: types, whole } = fieldTypes(categories.values());
    const states = await readEarlier(this.database, parts, { types, whole, limit: EARLIER_EVENTS_MAX });
    const shown = await withoutErased(this.database, categories, states.flat());
    const byId = new Map(shown.map((event) => [event.id, event]));
    return parts.map((part, at) => ({ part, events: states[at].map((event) => byId.get(event.id) ?? event) }));
  }
}

/** Returns the parts of streams that contain events. Events of a stream that are far apart are in different parts. */
function partsOf(events: readonly RecordedEvent[]): EarlierAsked[] {
  return [...Map.groupBy(events, ({ stream }) => stream)].flatMap(([stream, ofStream]) => {
    const parts: EarlierAsked[] = [];
    for (const version of ofStream.map((event) => event.version).sort((a, b) => a - b)) {
      const last = parts.at(-1);
      if (last !== undefined && version - last.to <= EARLIER_EVENTS_MAX) last.to = version;
      else parts.push({ stream, from: version, to: version });
    }
    return parts;
  });
}

/** Adds to each event what it changed. `states` are the events that change fields. */
function changedEvents(
  events: readonly RecordedEvent[],
  states: readonly StatePart[],
  categories: Categories,
): ChangedEvent[] {
  const changes = new Map<string, AuditChange[]>();
  for (const { part, events: ofPart } of states) {
    const category = categories.get(categoryOf(part.stream));
    if (category === undefined) continue;
    let fields: AuditFields = {};
    for (const event of ofPart) {
      const after = fieldsAfter(category, fields, event);
      if (event.version >= part.from) changes.set(event.id, fieldChanges(fields, after));
      fields = after;
    }
  }
  return events.map((event) => ({
    event,
    category: categories.get(categoryOf(event.stream)),
    changes: changes.get(event.id) ?? [],
  }));
}

/** Returns the entities whose names an entry shows, as `<kind>:<id>`. */
function namedIn({ event: { stream, metadata }, category, changes }: ChangedEvent): string[] {
  if (category === undefined) return [metadata.actor];
  const references = changes.flatMap((change) => {
    const kind = category.references?.[change.field];
    return kind === undefined ? [] : referencesOf(change, kind);
  });
  return [metadata.actor, `${category.kind}:${aggregateIdOf(stream)}`, ...references];
}

function entryOf({ event, category, changes }: ChangedEvent, names: ShownNames, caused = 0): AuditEntry {
  const { actor, correlationId, causationId } = event.metadata;
  return {
    id: event.id,
    at: event.occurredAt,
    actor: names.actor(actor),
    event: event.type,
    did: category?.types[event.type]?.did(event.data as never) ?? `${event.type}, an event of a newer release`,
    entity: names.entity(category?.kind ?? categoryOf(event.stream), aggregateIdOf(event.stream)),
    version: event.version,
    changes: changes.map((change) => names.withNames(change, category?.references?.[change.field])),
    correlationId,
    causationId,
    causedCount: causationId === null ? caused : 0,
  };
}
