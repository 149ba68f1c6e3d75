import { PLACEMENT_REASONS, type PlacementReason } from '@icmp-mon/assignment/contract';
import { type Status, STATUSES } from '@icmp-mon/status/contract';
import { type FilterSubject, type FilterTerm, filterText, PLACEMENTS } from '@icmp-mon/targets/contract';

// Values that differ by case, are parts of each other, or contain characters that SQL patterns or the language treat specially.
const TEXTS = 'fra;FRA;fra-core-1;Fra-Edge-2;core;100%;1000;a_b;axb;a\\b;am Main;"x";10.0.0.1'.split(';');
const ODD_TEXTS = "AND;*;fr?;İstanbul;ΟΔΟΣ;Zürich;o'hara;role=lab;$1;(;a=b;𐐀𐐨;!=;x,y".split(';');
const VALUES = [...TEXTS, ...ODD_TEXTS];
const KEYS = ['site', 'Site', 'role', 'status', 'a.b', 'a_b', 'agents', 'not'];
const TIERS = ['gold', 'Gold', 'silver', 'g_ld'];
const VRFS = ['default', 'lab', 'Lab'];
const AGENTS = ['fra-1', 'FRA-1', 'ams-2', 'a_2'];
const RANGES = '10.0.0.0/8;10.0.0.0/30;10.0.0.1;0.0.0.0/0;2001:db8::/32;2001:db8::1;::/0;192.0.2.0/24'.split(';');
const PATTERNS = '*;?;fra*;*core*;f?a;*-?;a_b;*%;\\*;FRA-*-1;*ΣΟ*;??;a*b*;*"*;*=*'.split(';');
/** The first targets are parents of others; each has one of these addresses. */
const PARENTS = 5;
const PARENT_IPS = Array.from({ length: PARENTS }, (_, at) => addressesOf(at + 1)).flat();
const VALUES_OF = {
  name: VALUES,
  owner: VALUES,
  paused: ['true', 'false'],
  parent: PARENT_IPS,
  status: STATUSES,
  tier: TIERS,
  vrf: VRFS,
  agent: AGENTS,
  placement: PLACEMENTS,
  maintenance: ['true', 'false'],
} as const;
const SUBJECTS = 'name;status;tier;vrf;agent;owner;paused;parent;placement;maintenance;ip;tag;tag;tag'.split(';') as (
  keyof typeof VALUES_OF | 'ip' | 'tag'
)[];

function addressesOf(key: number): string[] {
  return [`10.0.0.${key % 250}`, `10.0.${key % 250}.1`, `2001:db8::${key.toString(16)}`];
}

export interface RandomTarget {
  key: number;
  ip: string;
  vrf: string;
  name: string | null;
  tags: Record<string, string>;
  tier: string;
  status: Status;
  /** Null if the target was never judged. */
  reason: string | null;
  owner: string | null;
  paused: boolean;
  /** Keys of other targets. */
  parents: number[];
  agents: string[];
  /** Reason why it is not placed as asked; null if it is, or is paused. */
  shortfall: PlacementReason | null;
}

/** Random targets and filters that have values in common; the same for the same seed. */
export class RandomFilters {
  constructor(
    private seed: number,
    private readonly subjects: readonly (typeof SUBJECTS)[number][] = SUBJECTS,
  ) {}

  targetOf(key: number): RandomTarget {
    const isJudged = this.wholeBelow(4) > 0;
    const paused = this.wholeBelow(4) === 0;
    return {
      key,
      ip: this.pickOne(addressesOf(key)),
      vrf: this.pickOne(VRFS),
      name: this.pickOne([null, null, ...VALUES]),
      tags: Object.fromEntries(
        Array.from({ length: this.wholeBelow(4) }, () => [this.pickOne(KEYS), this.pickOne(VALUES)]),
      ),
      tier: this.pickOne(TIERS),
      status: isJudged ? this.pickOne(STATUSES) : 'unknown',
      reason: isJudged ? 'quorum_up' : null,
      owner: this.pickOne([null, ...VALUES]),
      paused,
      parents: key <= PARENTS || this.wholeBelow(2) === 0 ? [] : this.pickSome([1, 2, 3, 4, 5], 3),
      agents: this.wholeBelow(3) === 0 ? [] : this.pickSome(AGENTS, 2),
      shortfall: paused ? null : this.pickOne([null, null, ...PLACEMENT_REASONS]),
    };
  }

  /** Returns a filter with at most this many levels. */
  filterOf(depth: number): string {
    const form = depth === 0 ? 0 : this.wholeBelow(6);
    if (form < 2) return filterText(this.termOf());
    if (form === 2) return `NOT (${this.filterOf(depth - 1)})`;
    const parts = Array.from({ length: 1 + this.wholeBelow(3) }, () => `(${this.filterOf(depth - 1)})`);
    return parts.join(form === 3 ? ' OR ' : ' AND ');
  }

  /** Returns a whole number from 0 to `below` - 1 (Park and Miller). */
  wholeBelow(below: number): number {
    this.seed = (this.seed * 48_271) % 2_147_483_647;
    return this.seed % below;
  }

  pickOne<T>(values: readonly T[]): T {
    return values[this.wholeBelow(values.length)];
  }

  private termOf(): FilterTerm {
    const chosen = this.pickOne(this.subjects);
    if (chosen === 'ip') return { kind: 'within', ranges: this.pickSome(RANGES, 3) };
    const isTag = chosen === 'tag';
    const subject: FilterSubject = isTag ? `tag:${this.pickOne(KEYS)}` : chosen;
    const kind = this.pickOne(['oneOf', 'oneOf', 'like', 'present'] as const);
    const isOptional = isTag || ['name', 'agent', 'owner', 'parent'].includes(chosen);
    if (kind === 'present' && isOptional) return { kind, subject };
    if (kind === 'like' && !['status', 'paused', 'parent', 'placement', 'maintenance'].includes(chosen))
      return { kind, subject, pattern: this.pickOne(PATTERNS) };
    return { kind: 'oneOf', subject, values: this.pickSome<string>(isTag ? VALUES : VALUES_OF[chosen], 3) };
  }

  private pickSome<T>(values: readonly T[], most: number): T[] {
    return [...new Set(Array.from({ length: 1 + this.wholeBelow(most) }, () => this.pickOne(values)))];
  }
}
