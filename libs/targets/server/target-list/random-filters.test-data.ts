import { type Status, STATUSES } from '@icmp-mon/status/contract';
import { type FilterSubject, type FilterTerm, filterText } from '@icmp-mon/targets/contract';

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
const VALUES_OF = { name: VALUES, status: STATUSES, tier: TIERS, vrf: VRFS, agent: AGENTS } as const;
const SUBJECTS = ['name', 'status', 'tier', 'vrf', 'agent', 'ip', 'tag', 'tag', 'tag'] as const;

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
  agents: string[];
}

/** Random targets and filters that have values in common; the same for the same seed. */
export class RandomFilters {
  constructor(private seed: number) {}

  target(key: number): RandomTarget {
    const isJudged = this.below(4) > 0;
    return {
      key,
      ip: this.pick([`10.0.0.${key % 250}`, `10.0.${key % 250}.1`, `2001:db8::${key.toString(16)}`]),
      vrf: this.pick(VRFS),
      name: this.pick([null, null, ...VALUES]),
      tags: Object.fromEntries(Array.from({ length: this.below(4) }, () => [this.pick(KEYS), this.pick(VALUES)])),
      tier: this.pick(TIERS),
      status: isJudged ? this.pick(STATUSES) : 'unknown',
      reason: isJudged ? 'quorum_up' : null,
      agents: this.below(3) === 0 ? [] : this.some(AGENTS, 2),
    };
  }

  /** Returns a filter with at most this many levels. */
  text(depth: number): string {
    const form = depth === 0 ? 0 : this.below(6);
    if (form < 2) return filterText(this.term());
    if (form === 2) return `NOT (${this.text(depth - 1)})`;
    const parts = Array.from({ length: 1 + this.below(3) }, () => `(${this.text(depth - 1)})`);
    return parts.join(form === 3 ? ' OR ' : ' AND ');
  }

  /** Returns a whole number from 0 to `below` - 1 (Park and Miller). */
  below(below: number): number {
    this.seed = (this.seed * 48_271) % 2_147_483_647;
    return this.seed % below;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)];
  }

  private term(): FilterTerm {
    const chosen = this.pick(SUBJECTS);
    if (chosen === 'ip') return { kind: 'within', ranges: this.some(RANGES, 3) };
    const isTag = chosen === 'tag';
    const subject: FilterSubject = isTag ? `tag:${this.pick(KEYS)}` : chosen;
    const kind = this.pick(['oneOf', 'oneOf', 'like', 'present'] as const);
    const isOptional = isTag || chosen === 'name' || chosen === 'agent';
    if (kind === 'present' && isOptional) return { kind, subject };
    if (kind === 'like' && chosen !== 'status') return { kind, subject, pattern: this.pick(PATTERNS) };
    return { kind: 'oneOf', subject, values: this.some<string>(isTag ? VALUES : VALUES_OF[chosen], 3) };
  }

  private some<T>(values: readonly T[], most: number): T[] {
    return [...new Set(Array.from({ length: 1 + this.below(most) }, () => this.pick(values)))];
  }
}
