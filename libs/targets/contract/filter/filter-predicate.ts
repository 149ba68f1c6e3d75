import { lowerCase } from '../search';
import { contains, readRange } from './address-range';
import { type FilteredTarget, type FilterSubject, type FilterTerm, ignoresCase, tagKeyOf } from './target-filter';
import type { TargetFilter } from './target-filter';

type Predicate = (target: FilteredTarget) => boolean;

/** Returns the predicate of a filter; the SQL of the target list (`filter-condition.ts`) selects the same targets. */
export function filterPredicate(filter: TargetFilter): Predicate {
  switch (filter.kind) {
    case 'and': {
      const parts = filter.parts.map(filterPredicate);
      return (target) => parts.every((part) => part(target));
    }
    case 'or': {
      const parts = filter.parts.map(filterPredicate);
      return (target) => parts.some((part) => part(target));
    }
    case 'not': {
      const part = filterPredicate(filter.part);
      return (target) => !part(target);
    }
    case 'present':
    case 'oneOf':
    case 'like':
    case 'within':
      return termPredicate(filter);
  }
}

function termPredicate(term: FilterTerm): Predicate {
  if (term.kind === 'within') {
    const ranges = term.ranges.map(readRange).flatMap((verdict) => (verdict.ok ? [verdict.range] : []));
    return ({ ip }) => ranges.some((range) => contains(range, ip));
  }
  const { subject } = term;
  const valuesOf = readerOf(subject);
  if (term.kind === 'present') return (target) => valuesOf(target).length > 0;
  const compared = ignoresCase(subject) ? lowerCase : (text: string) => text;
  if (term.kind === 'like') {
    const isLike = globMatcher(compared(term.pattern));
    return (target) => valuesOf(target).some((value) => isLike(compared(value)));
  }
  const values = new Set(term.values.map(compared));
  return (target) => valuesOf(target).some((value) => values.has(compared(value)));
}

/** Returns a function that reads the values of a subject; keys of tags are compared regardless of case, so a target may have several. */
function readerOf(subject: FilterSubject): (target: FilteredTarget) => readonly string[] {
  const key = tagKeyOf(subject);
  if (key !== null) {
    const wanted = lowerCase(key);
    return ({ tags }) => Object.entries(tags).flatMap(([name, value]) => (lowerCase(name) === wanted ? [value] : []));
  }
  return (target) => {
    if (subject === 'agent') return target.agents;
    const value = target[subject as 'ip' | 'name' | 'status' | 'tier' | 'vrf'];
    return value === null ? [] : [value];
  };
}

/**
 * Returns a function that compares whole texts with a pattern: `*` is any number of characters, `?` exactly one. After a mismatch only the
 * latest `*` takes one more character, so the time is at most the product of both lengths.
 */
function globMatcher(pattern: string): (text: string) => boolean {
  const wanted = Array.from(pattern);
  return (text) => {
    const chars = Array.from(text);
    let at = 0;
    let star = -1;
    let resumeAt = 0;
    for (let index = 0; index < chars.length;) {
      if (wanted[at] === '*') {
        star = at++;
        resumeAt = index;
      } else if (wanted[at] === '?' || wanted[at] === chars[index]) {
        at++;
        index++;
      } else if (star >= 0) {
        at = star + 1;
        index = ++resumeAt;
      } else return false;
    }
    return wanted.slice(at).every((rest) => rest === '*');
  };
}
