import type { Scope } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { lowerCase, TAG_TARGETS_MAX, type TagList, type TagListQuery } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { scopeCondition } from './scope-condition';
import { likeStart } from './search-condition';

/** Lists keys of tags, or values of one key, with the number of targets that have them. */
export class ListTags extends Query<TagList> {
  constructor(
    readonly query: TagListQuery,
    readonly scope: Scope,
  ) {
    super();
  }
}

export const TAGS_MAX = 100;
const TAGS_DEFAULT = 20;

@QueryHandler(ListTags)
export class ListTagsHandler implements IQueryHandler<ListTags> {
  constructor(private readonly database: ControlDatabase) {}

  async execute({ query, scope }: ListTags): Promise<TagList> {
    const { key, limit = TAGS_DEFAULT } = query;
    const prefix = likeStart(lowerCase((query.prefix ?? '').normalize('NFC')));
    const params: unknown[] = [prefix, limit + 1, ...(key === undefined ? [] : [lowerCase(key)])];
    const all = key === undefined ? KEYS : VALUES;
    const text = scope === null ? all : scopedStatement(key === undefined ? 'key' : 'value', scope, params);
    const items = await this.database.query<TagList['items'][number]>(text, params);
    return { items: items.slice(0, limit), isPartial: items.length > limit };
  }
}

const KEYS = statement({ column: 'tag_key', within: 'true', has: (key) => `${key} = found.text`, spelled: 'key' });
const VALUES = statement({
  column: 'tag_value',
  within: 'tag_key = $3',
  has: (key, value) => `${key} = $3 AND ${value} = found.text`,
  spelled: 'value',
});

interface Listed {
  column: string;
  within: string;
  /** Condition for a tag with the text that was found. */
  has: (key: string, value: string) => string;
  spelled: 'key' | 'value';
}

/**
 * Returns the SQL of the first $2 distinct texts of a column of `target_tag` that match the pattern $1. Each is found by one descent in the
 * primary key, from the one before, so the number of targets only matters for the counts. The spelling is that of any target with the tag.
 */
function statement({ column, within, has, spelled }: Listed): string {
  const tagged = `SELECT key FROM target_tag WHERE ${has('tag_key', 'tag_value')} ORDER BY tag_key, tag_value, key`;
  const first = (after: string): string =>
    `SELECT ${column} AS text FROM target_tag WHERE ${within} AND ${column} LIKE $1 ${after} ORDER BY tag_key, tag_value LIMIT 1`;
  const spelling = `
    SELECT tag.${spelled} FROM target_list, jsonb_each_text(tags) AS tag
    WHERE target_list.key = (${tagged} LIMIT 1)
      AND ${has('lower(tag.key COLLATE pg_c_utf8)', 'lower(tag.value COLLATE pg_c_utf8)')} LIMIT 1`;
  return `
    WITH RECURSIVE found (text, place) AS (
      (SELECT text, 1 FROM (${first('')}) AS start)
      UNION ALL
      SELECT next.text, found.place + 1 FROM found, LATERAL (${first(`AND ${column} > found.text`)}) AS next
      WHERE found.place < $2
    )
    SELECT coalesce((${spelling}), found.text) AS text,
      (SELECT count(DISTINCT key) FROM (${tagged} LIMIT ${TAG_TARGETS_MAX}) AS counted) AS targets
    FROM found ORDER BY place`;
}

/** Returns the SQL of the same list for the targets of a scope, from their rows: `target_tag` has no columns that a scope compares. */
function scopedStatement(spelled: 'key' | 'value', scope: string, params: unknown[]): string {
  const lower = `lower(tag.${spelled} COLLATE pg_c_utf8)`;
  const ofKey = spelled === 'key' ? '' : 'AND lower(tag.key COLLATE pg_c_utf8) = $3';
  return `
    SELECT min(tag.${spelled}) AS text, least(count(DISTINCT target_list.key), ${TAG_TARGETS_MAX})::integer AS targets
    FROM target_list, jsonb_each_text(tags) AS tag
    WHERE ${lower} LIKE $1 ${ofKey} AND ${scopeCondition(scope, params)}
    GROUP BY ${lower} ORDER BY ${lower} LIMIT $2`;
}
