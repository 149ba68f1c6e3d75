import type { AuditActor, AuditChange, AuditEntity } from '@icmp-mon/audit/contract';
import type { ActorNames } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import type { AuditedCategories } from '@icmp-mon/platform/plugins';

/** Ids in a field that refers to entities. */
const IDS = ', ';

/** The names of entities and actors, by kind and id. */
export class ShownNames {
  private constructor(private readonly names: ReadonlyMap<string, string>) {}

  /** Reads the names of entities, given as `<kind>:<id>`. */
  static async read({ database, categories, actors }: NameSources, refs: ReadonlySet<string>): Promise<ShownNames> {
    const byKind = Map.groupBy(refs, kindOf);
    const ofActors = await actors.namesOf([...refs]);
    const read = [...byKind].map(async ([kind, ofKind]) => {
      const named = await categories.ofKind(kind)?.nameEntities?.(database, ofKind.map(idOf));
      return [...(named ?? [])].map(([id, name]): [string, string] => [`${kind}:${id}`, name]);
    });
    return new ShownNames(new Map([...ofActors, ...(await Promise.all(read)).flat()]));
  }

  actor(id: string): AuditActor {
    return { id, name: this.names.get(id) ?? null };
  }

  entity(kind: string, id: string): AuditEntity {
    return { kind, id, name: this.names.get(`${kind}:${id}`) ?? null };
  }

  /** Returns a change with names instead of ids, if its field refers to entities of a kind. */
  withNames({ field, before, after }: AuditChange, kind: string | undefined): AuditChange {
    if (kind === undefined) return { field, before, after };
    const named = (ids: string | null): string | null =>
      ids
        ?.split(IDS)
        .map((id) => this.names.get(`${kind}:${id}`) ?? id)
        .join(IDS) ?? null;
    return { field, before: named(before), after: named(after) };
  }
}

export interface NameSources {
  database: ControlDatabase;
  categories: AuditedCategories;
  actors: ActorNames;
}

/** Returns the entities to which a change refers, as `<kind>:<id>`. */
export const referencesOf = ({ before, after }: AuditChange, kind: string): string[] =>
  [before, after].flatMap((ids) => ids?.split(IDS) ?? []).map((id) => `${kind}:${id}`);

const kindOf = (ref: string): string => ref.slice(0, ref.indexOf(':'));
const idOf = (ref: string): string => ref.slice(ref.indexOf(':') + 1);
