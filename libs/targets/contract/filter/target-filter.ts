import { PLACEMENT_REASONS, type PlacementReason } from '@icmp-mon/assignment/contract';
import { STATUSES } from '@icmp-mon/status/contract';

/** Fields of a target that a filter names; any other name in a filter is the key of a tag. */
export const FILTER_FIELDS = [
  'ip',
  'name',
  'status',
  'tier',
  'vrf',
  'agent',
  'owner',
  'paused',
  'parent',
  'placement',
  'maintenance',
] as const;
export type FilterField = (typeof FILTER_FIELDS)[number];

/** A field, or a tag by its key. */
export type FilterSubject = FilterField | `tag:${string}`;

/** Most characters of a filter. */
export const FILTER_LENGTH_MAX = 2_000;
/** Most terms of a filter; each value of an IN list counts as one. */
export const FILTER_TERMS_MAX = 100;
/** Most levels of parentheses and NOT. */
export const FILTER_NESTING_MAX = 20;

export const TAG_PREFIX = 'tag:';
export const KEYWORDS = ['AND', 'OR', 'NOT', 'IN'] as const;
export type Keyword = (typeof KEYWORDS)[number];

/** Values of `placement`: the reason why a target is not placed as its tier asks, or `ok`. */
export const PLACEMENTS = ['ok', ...PLACEMENT_REASONS] as const;

/** Keys of tags. */
export const TAG_KEY = /^[a-zA-Z0-9]([a-zA-Z0-9_.-]{0,61}[a-zA-Z0-9])?$/;

/** A comparison. Values and patterns are as written, in NFC; statuses and placements are in lower case. */
export type FilterTerm =
  | { kind: 'present'; subject: FilterSubject }
  /** Values of `parent` are canonical addresses. */
  | { kind: 'oneOf'; subject: FilterSubject; values: readonly string[] }
  /** `*` is any number of characters, `?` exactly one. */
  | { kind: 'like'; subject: FilterSubject; pattern: string }
  /** Canonical addresses and ranges. */
  | { kind: 'within'; ranges: readonly string[] };

/** A parsed filter. An `and` or `or` has at least two parts, none of its own kind; a `not` contains no `not`. */
export type TargetFilter =
  FilterTerm | { kind: 'and' | 'or'; parts: readonly TargetFilter[] } | { kind: 'not'; part: TargetFilter };

/** The members of a target that a filter compares. */
export interface FilteredTarget {
  /** Canonical text of the address. */
  ip: string;
  vrf: string;
  name: string | null;
  tags: Readonly<Record<string, string>>;
  tier: string;
  /** Status as shown. */
  status: string;
  owner: string | null;
  paused: boolean;
  parents: readonly { ip: string }[];
  /** Names of the agents that are selected for the target; null if they are unknown. */
  agents: readonly string[] | null;
  /** Why it is not placed as its tier asks; null if it is, undefined if that is unknown. */
  placement: { reason: PlacementReason } | null | undefined;
  /** The maintenance that it is in; null if it is in none, undefined if that is unknown. */
  maintenance: object | null | undefined;
}

/** Returns whether this subject is compared regardless of case: names, owners and tags. Tiers, VRFs and agents are identifiers. */
export const ignoresCase = (subject: FilterSubject): boolean =>
  subject === 'name' || subject === 'owner' || subject.startsWith(TAG_PREFIX);

/** Returns whether a target may have no value of this subject, so that a filter can require one. */
export const isOptional = (subject: FilterSubject): boolean =>
  ignoresCase(subject) || subject === 'agent' || subject === 'parent';

/** Returns the values of a subject that has no others; null for any other subject. */
export function onlyValuesOf(subject: FilterSubject): readonly string[] | null {
  if (subject === 'status') return STATUSES;
  if (subject === 'placement') return PLACEMENTS;
  return subject === 'paused' || subject === 'maintenance' ? ['true', 'false'] : null;
}

export const isField = (name: string): name is FilterField => FILTER_FIELDS.some((field) => field === name);

/** Returns the key of a tag's subject; null for a field. */
export const tagKeyOf = (subject: FilterSubject): string | null =>
  isField(subject) ? null : subject.slice(TAG_PREFIX.length);
