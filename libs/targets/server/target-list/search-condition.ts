import { likeText } from '@icmp-mon/platform/database';
import { type FilterTerm, lowerCase, tagKeyOf, type TargetFilter } from '@icmp-mon/targets/contract';

type SearchedTerm = Exclude<FilterTerm, { kind: 'within' }>;

/** Returns the LIKE pattern that matches any text with this start. */
export const likeStart = (text: string): string => `${likeText(text)}%`;

/** Returns the LIKE pattern of a pattern of the filter language. */
export const globPattern = (pattern: string): string => likeText(pattern).replaceAll('*', '%').replaceAll('?', '_');

/** Returns the SQL condition for the targets whose row of `target_search` meets a condition, or, if `excluded`, does not meet it. */
export function keysMatching(condition: string, excluded = false): string {
  // The search text is in a separate table, so that status changes do not write to its index. IS TRUE makes the planner hash the matching
  // keys once and read the list in order against the hash. As a join without statistics, it nests loops over both: 20 s per page.
  const matching = `SELECT key FROM target_search WHERE ${condition}`;
  return `((target_list.key IN (${matching})) IS ${excluded ? 'NOT TRUE' : 'TRUE'})`;
}

/** Returns whether a filter compares nothing but names and tags, which `target_search` contains. */
export function isSearched(filter: TargetFilter): boolean {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.parts.every(isSearched);
    case 'not':
      return isSearched(filter.part);
    case 'within':
      return false;
    case 'present':
      return tagKeyOf(filter.subject) !== null;
    case 'oneOf':
    case 'like':
      return filter.subject === 'name' || tagKeyOf(filter.subject) !== null;
  }
}

/** Returns the SQL condition on `target_list` for a filter of names and tags. The smaller set of keys is selected: `role!=lab` excludes. */
export function searchedKeys(filter: TargetFilter, params: unknown[]): string {
  const excluded = isExclusion(filter);
  return keysMatching(rowCondition(filter, excluded, params), excluded);
}

/** Returns the SQL condition on the column `text` of a row, the search text, for a filter of names and tags. */
export const searchedText = (filter: TargetFilter, params: unknown[]): string => rowCondition(filter, false, params);

/** Returns whether a filter matches the targets that do not have something: usually most of them. */
function isExclusion(filter: TargetFilter): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.parts.every(isExclusion);
    case 'or':
      return filter.parts.some(isExclusion);
    case 'not':
      return !isExclusion(filter.part);
    case 'present':
    case 'oneOf':
    case 'like':
    case 'within':
      return false;
  }
}

/** Returns the condition on a row with a search text. Negations are moved to the terms, so that an index can be used for the others. */
function rowCondition(filter: TargetFilter, negated: boolean, params: unknown[]): string {
  switch (filter.kind) {
    case 'and':
    case 'or': {
      const joint = (filter.kind === 'and') === negated ? ' OR ' : ' AND ';
      return `(${filter.parts.map((part) => rowCondition(part, negated, params)).join(joint)})`;
    }
    case 'not':
      return rowCondition(filter.part, !negated, params);
    case 'within':
      throw new Error('Search texts are not searched for addresses.');
    case 'present':
    case 'oneOf':
    case 'like':
      return `${negated ? 'NOT ' : ''}(${likePatterns(filter)
        .map((pattern) => likeCondition(pattern, tagKeyOf(filter.subject), params))
        .join(' OR ')})`;
  }
}

/** Returns the LIKE patterns of a term; any of them has to match the whole value. */
function likePatterns(term: SearchedTerm): string[] {
  if (term.kind === 'present') return ['%'];
  return term.kind === 'like'
    ? [globPattern(lowerCase(term.pattern))]
    : term.values.map((value) => likeText(lowerCase(value)));
}

/**
 * Returns the condition for a value in the search text:
 *
 *   "\n" address "\n" name "\n" ("\t" key "=" value "\t")*        three line feeds in all
 *
 * - A name lies between the second and the third line feed: `\n%\n<name>\n%` has no other way to match.
 * - A tag has a tab on both sides. A wildcard within a value could match tabs too, so the tags are then compared one by one; at the end
 *   of the value it only extends to the tag's own tab.
 */
function likeCondition(pattern: string, key: string | null, params: unknown[]): string {
  if (key === null) {
    // The text of a target without a name has an empty one, which no pattern matches.
    params.push(`\n%\n${/^%+$/.test(pattern) ? '_%' : pattern}\n%`);
    return `text LIKE $${params.length}`;
  }
  const tag = `${likeText(lowerCase(key))}=${pattern}`;
  params.push(`%\t${tag}\t%`);
  const inText = `text LIKE $${params.length}`;
  if (!hasInnerWildcard(pattern)) return inText;
  params.push(tag);
  const tags = `string_to_table(split_part(text, E'\\n', 4), E'\\t')`;
  return `(${inText} AND EXISTS (SELECT FROM ${tags} AS tag WHERE tag LIKE $${params.length}))`;
}

/** Returns whether a LIKE pattern has a wildcard other than `%` at its end. */
const hasInnerWildcard = (pattern: string): boolean => /[%_]/.test(pattern.replace(/%+$/, '').replace(/\\[\\%_]/g, ''));
