import type { Sql } from '@icmp-mon/platform/database';
import type { Aggregate, DomainEvent } from '@icmp-mon/platform/event-store';
import { Socket } from './socket';

/** Fields of an entity that the audit shows, by name; null or absent: none. A description lists each field, so that no secret is shown. */
export type AuditFields = Readonly<Record<string, string | null>>;

/** How the audit describes one type of event. */
interface AuditedType<D> {
  /** Returns a phrase in the past tense: `registered the target`. */
  did(data: D): string;
  /** The fields after the event; absent if no event of the type changes a field. Without `before`, it returns all fields of the entity. */
  fields?(data: D, before: AuditFields): AuditFields;
}

type DataOf<E extends DomainEvent, T> = Extract<E, { type: T }>['data'];

interface Audited {
  aggregate: Pick<Aggregate<unknown, DomainEvent>, 'category' | 'personal'>;
  /** Kind of entity in API and portal. */
  kind: string;
  /** Fields whose value is a list of ids of entities of a kind, joined by `, `: their names are shown. */
  references?: Readonly<Record<string, string>>;
  /** Returns the names of entities, also of removed ones, by their ids; unknown ones are absent. */
  nameEntities?(sql: Sql, ids: readonly string[]): Promise<Map<string, string>>;
  /** Returns the ids of entities that a text other than an id means: a name, an address. */
  findEntities?(sql: Sql, text: string): Promise<string[]>;
}

/** How the audit describes a category of events. */
export interface AuditedCategory extends Audited {
  types: Readonly<Record<string, AuditedType<never>>>;
}

/** Returns the description of a category; the compiler refuses one that misses a type of event. */
export const audited = <E extends DomainEvent>(
  category: Audited & { types: { readonly [T in E['type']]: AuditedType<DataOf<E, T>> } },
): AuditedCategory => category;

/** Returns the types of events that change fields; `whole` are those whose fields do not depend on earlier events. */
export function fieldTypes(categories: Iterable<AuditedCategory>): { all: string[]; whole: string[] } {
  const entries = [...categories].flatMap(({ types }) =>
    Object.entries(types).flatMap(([type, { fields }]) => (fields === undefined ? [] : [{ type, fields }])),
  );
  return {
    all: entries.map(({ type }) => type),
    whole: entries.filter(({ fields }) => fields.length < 2).map(({ type }) => type),
  };
}

/** Returns the fields after an event; unchanged by one of a newer release. */
export function fieldsAfter(
  { types }: AuditedCategory,
  before: AuditFields,
  { type, data }: { type: string; data: object },
): AuditFields {
  // Data and type belong together: the event was appended with both.
  return types[type]?.fields?.(data as never, before) ?? before;
}

/** How the audit describes the events of each category. A context plugs in those of its own in the module for the api. */
export class AuditedCategories extends Socket<AuditedCategory> {
  /** Returns the category of a kind of entity; undefined for an unknown one. */
  ofKind(kind: string): AuditedCategory | undefined {
    return this.plugged.find((each) => each.kind === kind);
  }

  protected keyOf({ aggregate }: AuditedCategory): string {
    return aggregate.category;
  }
}
