import type { AuditQuery } from '@icmp-mon/audit/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { streamOf } from '@icmp-mon/platform/event-store';
import { instantOf, invalidParameter } from '@icmp-mon/platform/http';
import type { AuditedCategories, AuditedCategory } from '@icmp-mon/platform/plugins';

/** Most entities or actors that one name means. */
const MEANINGS_MAX = 100;
/** Kinds of entities that act. */
const ACTING_KINDS = ['user', 'api-key', 'agent'];

/** Which events are read; null: not limited. */
export interface EventFilter {
  actors: string[] | null;
  correlation: string | null;
  /** Streams of the entity. */
  streams: string[] | null;
  category: string | null;
  types: string[] | null;
  /** Inclusive, ms since 1970. */
  fromMs: number | null;
  /** Exclusive, ms since 1970. */
  toMs: number | null;
  /** Whether events with a cause are left out. */
  isFolded: boolean;
}

/**
 * Returns the filter of a query.
 * @throws DomainError `invalid` naming the parameter
 */
export async function eventFilter(
  sql: Sql,
  categories: AuditedCategories,
  query: AuditQuery,
  nowMs: number,
): Promise<EventFilter> {
  const { actor, kind, entity, correlation, event, from, to } = query;
  if (entity !== undefined && kind === undefined)
    throw invalidParameter('entity', `entity needs a kind: ${kindsText(categories)}.`);
  if (correlation !== undefined && (actor !== undefined || entity !== undefined))
    throw invalidParameter('correlation', 'correlation selects the events of one request: leave out actor and entity.');
  const category = kind === undefined ? null : categories.ofKind(kind);
  if (category === undefined) throw invalidParameter('kind', `kind must be one of ${kindsText(categories)}.`);
  const fromMs = from === undefined ? null : instantOf('from', from, nowMs);
  const toMs = to === undefined ? null : instantOf('to', to, nowMs);
  if (fromMs !== null && toMs !== null && fromMs >= toMs) throw invalidParameter('from', 'from must be before to.');
  return {
    actors: actor === undefined ? null : await actorsOf(sql, categories, actor),
    correlation: correlation ?? null,
    streams: category === null || entity === undefined ? null : await streamsOf(sql, category, entity),
    category: category?.aggregate.category ?? null,
    types: event?.split(',') ?? null,
    fromMs,
    toMs,
    isFolded: query.folded ?? (entity === undefined && correlation === undefined),
  };
}

/** Returns the streams of an entity that is given by its id, its name or its address. */
async function streamsOf(sql: Sql, { aggregate, findEntities }: AuditedCategory, entity: string): Promise<string[]> {
  const ids = (await findEntities?.(sql, entity)) ?? [];
  return [entity, ...ids.slice(0, MEANINGS_MAX)].map((id) => streamOf(aggregate.category, id));
}

/** Returns the ids of actors that a text means: an id with its kind, or a name. */
async function actorsOf(sql: Sql, categories: AuditedCategories, text: string): Promise<string[]> {
  if (text.includes(':')) return [text];
  const named = ACTING_KINDS.map(async (kind) => {
    const ids = (await categories.ofKind(kind)?.findEntities?.(sql, text)) ?? [];
    return ids.slice(0, MEANINGS_MAX).map((id) => `${kind}:${id}`);
  });
  return [...(await Promise.all(named)).flat(), `cli:${text}`];
}

const kindsText = (categories: AuditedCategories): string => categories.plugged.map(({ kind }) => kind).join(', ');
