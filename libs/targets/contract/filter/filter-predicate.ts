import { lowerCase } from '../search';
import { anyContains, readRange } from './address-range';
import { type FilteredTarget, type FilterSubject, type FilterTerm, ignoresCase, tagKeyOf } from './target-filter';
import type { TargetFilter } from './target-filter';

/** Result for a target; null where it depends on agents, a placement or maintenance that are unknown. */
type Test = (target: FilteredTarget) => boolean | null;

/**
 * Returns the predicate of a filter; the SQL of the target list (`filter-condition.ts`) selects the same targets. A target whose agents,
 * placement or maintenance are unknown matches if it would match for some of them.
 */
export function filterPredicate(filter: TargetFilter): (target: FilteredTarget) => boolean {
  const test = testOf(filter);
  return (target) => test(target) !== false;
}

function testOf(filter: TargetFilter): Test {
  switch (filter.kind) {
    case 'and':
      return jointTest(filter.parts.map(testOf), false);
    case 'or':
      return jointTest(filter.parts.map(testOf), true);
    case 'not': {
      const test = testOf(filter.part);
      return (target) => {
        const result = test(target);
        return result === null ? null : !result;
      };
    }
    case 'present':
    case 'oneOf':
    case 'like':
    case 'within':
      return termTest(filter);
  }
}

/** Returns the test of joined parts, which one part with the `decisive` result decides. */
function jointTest(parts: readonly Test[], decisive: boolean): Test {
  return (target) => {
    let joint: boolean | null = !decisive;
    for (const part of parts) {
      const result = part(target);
      if (result === decisive) return decisive;
      if (result === null) joint = null;
    }
    return joint;
  };
}

function termTest(term: FilterTerm): Test {
  if (term.kind === 'within') {
    const ranges = term.ranges.map(readRange).flatMap((verdict) => (verdict.ok ? [verdict.range] : []));
    return ({ ip }) => anyContains(ranges, ip);
  }
  const valuesOf = readerOf(term.subject);
  const isMatch = valuesTest(term);
  return (target) => {
    const values = valuesOf(target);
    return values === null ? null : isMatch(values);
  };
}

/** Returns a function that tests the values of the term's subject. */
function valuesTest(term: Exclude<FilterTerm, { kind: 'within' }>): (values: readonly string[]) => boolean {
  if (term.kind === 'present') return (values) => values.length > 0;
  const compared = ignoresCase(term.subject) ? lowerCase : (text: string) => text;
  if (term.kind === 'like') {
    const isLike = globMatcher(compared(term.pattern));
    return (values) => values.some((value) => isLike(compared(value)));
  }
  const wanted = new Set(term.values.map(compared));
  return (values) => values.some((value) => wanted.has(compared(value)));
}

/**
 * Returns a function that reads the values of a subject; null while they are unknown. Keys of tags are compared regardless of case, so a
 * target may have several values.
 */
function readerOf(subject: FilterSubject): (target: FilteredTarget) => readonly string[] | null {
  const key = tagKeyOf(subject);
  if (key !== null) {
    const wanted = lowerCase(key);
    return ({ tags }) => Object.entries(tags).flatMap(([name, value]) => (lowerCase(name) === wanted ? [value] : []));
  }
  return (target) => {
    if (subject === 'agent') return target.agents;
    if (subject === 'parent') return target.parents.map(({ ip }) => ip);
    if (subject === 'placement') return target.placement === undefined ? null : [target.placement?.reason ?? 'ok'];
    if (subject === 'paused') return [String(target.paused)];
    if (subject === 'maintenance')
      return target.maintenance === undefined ? null : [String(target.maintenance !== null)];
    const value = target[subject as 'ip' | 'name' | 'status' | 'tier' | 'vrf' | 'owner'];
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
