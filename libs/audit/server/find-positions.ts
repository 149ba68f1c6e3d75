import type { Sql } from '@icmp-mon/platform/database';
import type { EventFilter } from './event-filter';
import { type PositionRange, positionRange } from './position-range';
import { type StreamPart, streamParts } from './stream-parts';

export interface PositionsAsked extends PositionRange {
  order: 'newest' | 'oldest';
  limit: number;
}

// As in the indexes of the migration event-audit: another spelling would not use them.
const CAUSED = `((metadata ->> 'causationId') IS NOT NULL)`;
const KEYS = { actor: `(metadata ->> 'actor')`, correlation: `(metadata ->> 'correlationId')` } as const;

/** Not as in an index: the range of positions is the narrow one, the time only corrects it. */
const TIME = `(occurred_at + interval '0')`;

/** A run of an index: events of one type, caused or not, and of one actor or correlation if these are asked for. */
interface IndexRun {
  key: string;
  caused: boolean;
  type: string;
  category: string;
}

/**
 * Returns the positions of the events of a filter in the order asked for, at most `limit`.
 *
 *   index ── (actor, caused, type, position) ── one run per actor, caused and type
 *   page  ── merges the ends of the runs: reads at most runs × limit entries, however rarely the filter matches
 */
export async function findPositions(sql: Sql, filter: EventFilter, asked: PositionsAsked): Promise<number[]> {
  const inTime = filter.fromMs === null && filter.toMs === null ? null : await positionRange(sql, filter);
  const range = {
    after: Math.max(asked.after, inTime?.after ?? 0),
    before: Math.min(asked.before, inTime?.before ?? asked.before),
  };
  const read = new PositionStatement(filter, { ...asked, ...range });
  if (filter.streams !== null) {
    const parts = await streamParts(sql, filter.streams, range);
    return parts.length === 0 ? [] : read.readFound(sql, ofStreams(read, filter, parts));
  }
  const selected = filter.actors ?? filter.correlation ?? filter.category ?? filter.types;
  if (selected === null && !filter.isFolded)
    return read.readFound(sql, `SELECT position FROM event WHERE ${read.condition}`);
  const column = filter.actors !== null ? KEYS.actor : filter.correlation !== null ? KEYS.correlation : null;
  const runs = (await indexRuns(sql, filter, column)).filter(
    ({ type, category }) =>
      (filter.types?.includes(type) ?? true) && (filter.category === null || category === filter.category),
  );
  return runs.length === 0 ? [] : read.readFound(sql, ofRuns(read, runs, column));
}

/** A statement for positions, with its parameters, and the conditions, order and limit that all have. */
class PositionStatement {
  private readonly params: unknown[] = [];
  /** Condition on position and time. */
  readonly condition: string;
  readonly direction: 'ASC' | 'DESC';
  readonly limit: string;

  constructor({ fromMs, toMs }: EventFilter, { after, before, order, limit }: PositionsAsked) {
    const conditions = [`position > ${this.param(after, 'bigint')}`, `position < ${this.param(before, 'bigint')}`];
    if (fromMs !== null) conditions.push(`${TIME} >= ${this.param(new Date(fromMs), 'timestamptz')}`);
    if (toMs !== null) conditions.push(`${TIME} < ${this.param(new Date(toMs), 'timestamptz')}`);
    this.condition = conditions.join(' AND ');
    this.direction = order === 'newest' ? 'DESC' : 'ASC';
    this.limit = this.param(limit, 'integer');
  }

  param(value: unknown, type: string): string {
    return `$${this.params.push(value)}::${type}`;
  }

  async readFound(sql: Sql, statement: string): Promise<number[]> {
    const ordered = `${statement} ORDER BY position ${this.direction} LIMIT ${this.limit}`;
    const rows = await sql.query<{ position: number }>(ordered, this.params);
    return rows.map(({ position }) => position);
  }
}

/** The ends of the parts are merged. Only a rare type or actor of an entity with very many events needs a long scan. */
function ofStreams(
  read: PositionStatement,
  { types, actors, isFolded }: EventFilter,
  parts: readonly StreamPart[],
): string {
  const columns = [
    read.param(
      parts.map(({ stream }) => stream),
      'text[]',
    ),
    read.param(
      parts.map(({ low }) => low),
      'integer[]',
    ),
    read.param(
      parts.map(({ high }) => high),
      'integer[]',
    ),
  ];
  const conditions = ['stream = part.of AND version >= part.low AND version < part.high', read.condition];
  if (types !== null) conditions.push(`type = ANY (${read.param(types, 'text[]')})`);
  if (actors !== null) conditions.push(`${KEYS.actor} = ANY (${read.param(actors, 'text[]')})`);
  if (isFolded) conditions.push(`NOT ${CAUSED}`);
  return `SELECT found.position FROM unnest(${columns.join(', ')}) AS part (of, low, high) CROSS JOIN LATERAL (
    SELECT position FROM event WHERE ${conditions.join(' AND ')} ORDER BY version ${read.direction} LIMIT ${read.limit}) AS found`;
}

/** The first columns of an index, with their values of a run. */
const entryOf = (column: string | null): { indexed: string; value: string }[] => [
  ...(column === null ? [] : [{ indexed: column, value: 'run.key' }]),
  { indexed: CAUSED, value: 'run.caused' },
];

/**
 * `= ANY`, with the order of whole entries, leaves PostgreSQL no other index: after `=` the order of positions alone would do, and it may read
 * the store backwards until it finds a rare type. Comparisons of whole rows would not end the scan where the run ends.
 */
const equals = ({ indexed, value }: { indexed: string; value: string }): string => `${indexed} = ANY (ARRAY[${value}])`;

function ofRuns(read: PositionStatement, runs: readonly IndexRun[], column: string | null): string {
  const keys = read.param(
    runs.map(({ key }) => key),
    'text[]',
  );
  const caused = read.param(
    runs.map((run) => run.caused),
    'boolean[]',
  );
  const types = read.param(
    runs.map(({ type }) => type),
    'text[]',
  );
  const entry = [...entryOf(column), { indexed: 'type', value: 'run.type' }];
  const order = [...entry.map(({ indexed }) => indexed), 'position'].map((part) => `${part} ${read.direction}`);
  return `SELECT found.position FROM unnest(${keys}, ${caused}, ${types}) AS run (key, caused, type)
    CROSS JOIN LATERAL (
      SELECT position FROM event WHERE ${[...entry.map(equals), read.condition].join(' AND ')}
      ORDER BY ${order.join(', ')} LIMIT ${read.limit}) AS found`;
}

/** Returns the runs of an index: one look-up each, because the next type is found behind the one before. */
async function indexRuns(
  sql: Sql,
  { actors, correlation, isFolded }: EventFilter,
  column: string | null,
): Promise<IndexRun[]> {
  const entry = entryOf(column);
  const order = [...entry.map(({ indexed }) => indexed), 'type', 'position'].join(', ');
  const next = (condition: string): string => `CROSS JOIN LATERAL (
    SELECT type, position FROM event WHERE ${entry.map(equals).join(' AND ')} ${condition} ORDER BY ${order} LIMIT 1) AS found`;
  return sql.query<IndexRun>(
    `WITH RECURSIVE run AS (
       SELECT key, caused, found.type, found.position
       FROM (SELECT key, caused FROM unnest($1::text[]) AS key, unnest($2::boolean[]) AS caused) AS run ${next('')}
       UNION ALL SELECT key, caused, found.type, found.position FROM run ${next('AND type > run.type')})
     SELECT key, caused, run.type, split_part(stream, '-', 1) AS category FROM run JOIN event USING (position)`,
    [actors ?? [correlation ?? ''], isFolded ? [false] : [false, true]],
  );
}
