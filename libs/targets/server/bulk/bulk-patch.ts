import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import type { BulkChange, BulkChangeRequest } from '@icmp-mon/targets/contract';
import { TARGET_TAGS } from '@icmp-mon/targets/wire';
import type { TargetPatch } from '../target';

/** Returns a bulk change as the change of one target. */
export function patchOf({ addTags = {}, removeTags = [], ...fields }: BulkChange): TargetPatch {
  const tags = { ...addTags, ...Object.fromEntries(removeTags.map((key) => [key, null])) };
  return { ...fields, ...(Object.keys(tags).length > 0 && { tags }) };
}

/**
 * Checks what the class of the request cannot: which members belong together.
 * @throws DomainError `invalid`
 */
export function requireConsistent({ filter, targets, change, remove }: BulkChangeRequest): void {
  const errors: FieldError[] = [];
  if (filter === undefined && targets === undefined) {
    errors.push({ pointer: '#/filter', detail: 'is required, or targets with their ids.' });
  }
  if (filter !== undefined && targets !== undefined) {
    errors.push({ pointer: '#/filter', detail: 'Select the targets by filter or by targets (ids), not by both.' });
  }
  if (filter?.trim() === '') {
    errors.push({ pointer: '#/filter', detail: 'is empty. To select all targets, write vrf ~ "*".' });
  }
  if ((change === undefined) === (remove !== true)) {
    errors.push({ pointer: '#/change', detail: 'Send either change, or remove: true.' });
  }
  if (change !== undefined) errors.push(...changeFaults(change));
  if (errors.length > 0) throw new DomainError('invalid', 'The bulk change is not valid: see errors.', errors);
}

function changeFaults(change: BulkChange): FieldError[] {
  const { addTags = {}, removeTags = [] } = change;
  const both = removeTags.find((key) => Object.hasOwn(addTags, key));
  if (both !== undefined) {
    return [
      { pointer: '#/change/removeTags', detail: `The tag ${both} is also in addTags. Remove it from one of them.` },
    ];
  }
  const isEmpty = Object.values(patchOf(change)).every((value) => value === undefined);
  return isEmpty ? [{ pointer: '#/change', detail: 'changes nothing. Set a tag, remove one, or set a member.' }] : [];
}

/** SQL by member of a change that is true for the rows of `target_list` that it would leave as they are. Adds its parameters to `params`. */
export function unchangedConditions(change: BulkChange, params: unknown[]): Map<keyof BulkChange, string> {
  const { addTags = {}, removeTags = [], tier, paused, owner } = change;
  const place = (param: unknown): string => `$${params.push(param)}`;
  const conditions = new Map<keyof BulkChange, string>();
  if (Object.keys(addTags).length > 0) {
    conditions.set('addTags', `tags @> ${place(JSON.stringify(addTags))}::jsonb`);
  }
  if (removeTags.length > 0) conditions.set('removeTags', `NOT tags ?| ${place(removeTags)}::text[]`);
  if (tier !== undefined) conditions.set('tier', `tier = ${place(tier)}`);
  if (paused !== undefined) conditions.set('paused', `paused = ${place(paused)}`);
  if (owner !== undefined) conditions.set('owner', `owner IS NOT DISTINCT FROM ${place(owner)}::text`);
  return conditions;
}

/** Fewest bytes that a tag takes in a jsonb: two entries of 4 bytes, a key and a value of at least one character. */
const TAG_BYTES_MIN = 10;

/**
 * SQL that is true for the rows of `target_list` that would have too many tags. Adds its parameters to `params`. The tags are counted only
 * where there may be too many by their size, because counting takes ten times as long as the rest of a dry run.
 */
export function tooManyTagsCondition({ addTags = {}, removeTags = [] }: BulkChange, params: unknown[]): string {
  const added = Object.keys(addTags).length;
  if (added === 0) return 'false';
  const bytesMin = (TARGET_TAGS.tagsMax + 1 - added) * TAG_BYTES_MIN;
  const mayBe = `(pg_column_size(tags) >= ${bytesMin} OR pg_column_compression(tags) IS NOT NULL)`;
  const [removal, addition] = [
    `$${params.push(removeTags)}::text[]`,
    `$${params.push(JSON.stringify(addTags))}::jsonb`,
  ];
  const count = `(SELECT count(*) FROM jsonb_object_keys((tags - ${removal}) || ${addition}))`;
  return `CASE WHEN ${mayBe} THEN ${count} > ${TARGET_TAGS.tagsMax} ELSE false END`;
}
