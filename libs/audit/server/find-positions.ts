import type { Sql } from '@icmp-mon/platform/database';
import type { EventFilter } from './event-filter';
import { type PositionRange, positionRange } from './position-range';

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
  if (filter.streams !== null) return read.readFound(sql, ofStreams(read, filter, filter.streams));
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
  /** Bounds of the positions, both exclusive. */
  readonly ends: readonly { compare: '>' | '<'; position: string }[];
  readonly times: string[] = [];
  readonly direction: 'ASC' | 'DESC';
  readonly limit: string;

  constructor({ fromMs, toMs }: EventFilter, { after, before, order, limit }: PositionsAsked) {
    this.ends = [
      { compare: '>', position: this.param(after, 'bigint') },
      { compare: '<', position: this.param(before, 'bigint') },
    ];
    if (fromMs !== null) this.times.push(`${TIME} >= ${this.param(new Date(fromMs), 'timestamptz')}`);
    if (toMs !== null) this.times.push(`${TIME} < ${this.param(new Date(toMs), 'timestamptz')}`);
    this.direction = order === 'newest' ? 'DESC' : 'ASC';
    this.limit = this.param(limit, 'integer');
  }

  /** Condition on position and time. */
  get condition(): string {
    return [...this.ends.map(({ compare, position }) => `position ${compare} ${position}`), ...this.times].join(
      ' AND ',
    );
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

function ofStreams(read: PositionStatement, { types, actors, isFolded }: EventFilter, streams: string[]): string {
  const conditions = [`stream = ANY (${read.param(streams, 'text[]')})`, read.condition];
  if (types !== null) conditions.push(`type = ANY (${read.param(types, 'text[]')})`);
  if (actors !== null) conditions.push(`${KEYS.actor} = ANY (${read.param(actors, 'text[]')})`);
  if (isFolded) conditions.push(`NOT ${CAUSED}`);
  // OFFSET 0: the few events of the entity are sorted, instead of reading the store backwards until they are found.
  return `SELECT position FROM (SELECT position FROM event WHERE ${conditions.join(' AND ')} OFFSET 0) AS of_entity`;
}

/**
 * By comparison of whole index entries, and ordered by them: with `type = …` and the order of positions alone, PostgreSQL may read the store
 * backwards until it finds a rare type.
 */
function ofRuns(read: PositionStatement, runs: readonly IndexRun[], column: string | null): string {
  const values = {
    key: read.param(
      runs.map(({ key }) => key),
      'text[]',
    ),
    caused: read.param(
      runs.map(({ caused }) => caused),
      'boolean[]',
    ),
    type: read.param(
      runs.map(({ type }) => type),
      'text[]',
    ),
  };
  const entry = [...(column === null ? [] : [column]), CAUSED, 'type'];
  const run = [...(column === null ? [] : ['run.key']), 'run.caused', 'run.type'].join(', ');
  const ends = read.ends.map(
    ({ compare, position }) => `(${entry.join(', ')}, position) ${compare} (${run}, ${position})`,
  );
  const order = [...entry, 'position'].map((part) => `${part} ${read.direction}`).join(', ');
  return `SELECT found.position FROM unnest(${values.key}, ${values.caused}, ${values.type}) AS run (key, caused, type)
    CROSS JOIN LATERAL (
      SELECT position FROM event WHERE ${[...ends, ...read.times].join(' AND ')} ORDER BY ${order} LIMIT ${read.limit}) AS found`;
}

/** Returns the runs of an index: one look-up each, because the next type is found behind the one before. */
async function indexRuns(
  sql: Sql,
  { actors, correlation, isFolded }: EventFilter,
  column: string | null,
): Promise<IndexRun[]> {
  const next = (condition: string): string => `CROSS JOIN LATERAL (
    SELECT type, position FROM event WHERE ${column === null ? '' : `${column} = run.key AND `}${CAUSED} = run.caused ${condition}
    ORDER BY type, position LIMIT 1) AS found`;
  return sql.query<IndexRun>(
    `WITH RECURSIVE run AS (
       SELECT key, caused, found.type, found.position
       FROM (SELECT key, caused FROM unnest($1::text[]) AS key, unnest($2::boolean[]) AS caused) AS run ${next('')}
       UNION ALL SELECT key, caused, found.type, found.position FROM run ${next('AND type > run.type')})
     SELECT key, caused, run.type, split_part(stream, '-', 1) AS category FROM run JOIN event USING (position)`,
    [actors ?? [correlation ?? ''], isFolded ? [false] : [false, true]],
  );
}
