import type { ApiClient } from '../api/api-client';
import type { Session } from '../session';
import type { Fault, ItemFault, Place } from './fault';

/** Version of the format of configuration files. */
export const CONFIG_VERSION = 1;

/** A value as plans and the API show it. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** An object as the files want it, with its place. */
export interface Wanted<Item> {
  item: Item;
  /** `file:line` of its part of the file. */
  source: string;
  /** Returns the place of a member, or of the whole item. */
  placeOf(path?: ItemFault['path']): Place;
}

export interface MemberChange {
  member: string;
  before: Json | undefined;
  after: Json | undefined;
}

/** One change that a plan makes: everything that is needed to show and to apply it, as JSON. */
export interface Change {
  /** Key of the kind. */
  kind: string;
  action: 'create' | 'change' | 'delete';
  /** Name of the object for people. */
  title: string;
  /** `file:line`; null for a deletion. */
  place: string | null;
  members: MemberChange[];
  /** The object exists, but outside the scope. */
  isAdopted?: true;
  /** Consequences, as sentences. */
  consequences?: string[];
  /** Author and time of the last change of the object. */
  lastChange?: string;
  /** Content of the request that applies the change, with the version that the object must still have. */
  request: Json;
}

/** Result of a kind's comparison of the files with the server. */
export interface Difference {
  changes: Change[];
  unchanged: number;
  faults: Fault[];
  /** Objects that are not in the files: those of the scope, which `--delete` deletes, and all others. */
  unmanaged: { inScope: number; others: number };
  /** Members that the files do not state although the server has a value: number of objects by member. */
  unstated: Readonly<Record<string, number>>;
}

/** A change that was not applied. */
export interface Failure {
  change: Pick<Change, 'kind' | 'action' | 'title' | 'place'>;
  reason: string;
}

export interface PlanContext {
  /** Filter of the objects that the files manage; null: none is managed exclusively. */
  scope: string | null;
  /** Whether to delete objects of the scope that are not in the files. */
  isDeleting: boolean;
  /** Names that objects of an earlier kind will have. */
  namesOf(key: string): readonly string[];
}

/**
 * A kind of objects in configuration files. A new kind is one more value of this type in `KINDS`. Kinds are planned and applied in that order,
 * because objects of later ones refer to objects of earlier ones.
 */
export interface Kind<Item = unknown, State = unknown> {
  /** Key of its list in a file. */
  readonly key: string;
  /** Parses one item, without knowing others. */
  readItem(value: unknown): { item: Item } | { faults: ItemFault[] };
  /** Returns what no second item may have. */
  identityOf(item: Item): string;
  /** Reads what the server has. */
  readState(api: ApiClient): Promise<State>;
  /** Names that later kinds may refer to, after the plan. */
  namesOf(wanted: readonly Wanted<Item>[], state: State): readonly string[];
  /** Compares; pure. */
  compare(wanted: readonly Wanted<Item>[], state: State, context: PlanContext): Difference;
  /** Adds consequences and last changes to some changes, which are shown to people. */
  explainChanges(api: ApiClient, changes: readonly Change[]): Promise<void>;
  /** Applies the changes, and returns the failed ones. */
  apply(session: Session, changes: readonly Change[]): Promise<Failure[]>;
  /** Returns the items of the state as a file states them; of targets, only those of the scope. */
  itemsOf(state: State, scope: string | null): Iterable<object>;
}
