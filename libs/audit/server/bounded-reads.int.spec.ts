import { ControlDatabase, type Sql } from '@icmp-mon/platform/database';
import { readEarlier } from '@icmp-mon/platform/event-store';
import { testDatabase, type TestDatabase } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { causedCounts } from './caused-counts';
import type { EventFilter } from './event-filter';
import { findPositions } from './find-positions';

/** Events of one stream, and caused events of one request. */
const EVENTS = 20_000;
const AGENT = 'agent-1';
const ALL: EventFilter = {
  ...{ actors: null, correlation: null, streams: null, category: null, types: null, fromMs: null, toMs: null },
  isFolded: false,
};
const HALF_MS = Date.parse('2026-01-01T00:00:00Z') + (EVENTS / 2) * 60_000;
const RANGE = { after: 0, before: Number.MAX_SAFE_INTEGER };

let testing: TestDatabase;
let database: ControlDatabase;

beforeAll(async () => {
  testing = await testDatabase('control');
  database = new ControlDatabase({ url: testing.url });
  const insert = 'INSERT INTO event (id, stream, version, type, data, metadata, occurred_at)';
  const at = (first: number): string => `'2026-01-01T00:00:00Z'::timestamptz + (n + ${first}) * interval '1 minute'`;
  await database.execute(
    `${insert} SELECT gen_random_uuid(), $1, n, CASE n WHEN 1 THEN 'AgentEnrolled' WHEN 7 THEN 'AgentRetired' ELSE 'AgentLost' END,
       jsonb_build_object('note', repeat('x', 200)), jsonb_build_object('actor', 'system:watch', 'causationId', NULL, 'correlationId', 'c' || n), ${at(0)}
     FROM generate_series(1, $2::integer) AS n ORDER BY n`,
    [AGENT, EVENTS],
  );
  await database.execute(
    `${insert} SELECT gen_random_uuid(), 'target-' || n, 1, 'TargetChanged', jsonb_build_object('note', repeat('x', 200)),
       jsonb_build_object('actor', 'user:1', 'causationId', 'job', 'correlationId', 'c1'), ${at(EVENTS)}
     FROM generate_series(1, $1::integer) AS n ORDER BY n`,
    [EVENTS],
  );
  await database.execute('VACUUM ANALYZE event');
});
afterAll(async () => {
  await database.close();
  await testing.dropDatabase();
});

/** Returns a connection that counts the blocks of 8 KiB that its statements read. */
function counting(): { sql: Sql; blocks: () => number } {
  let blocks = 0;
  const query: Sql['query'] = async <R extends object>(text: string, params?: unknown[]) => {
    const [{ 'QUERY PLAN': plans }] = await database.query<{
      'QUERY PLAN': { Plan: { 'Shared Hit Blocks': number; 'Shared Read Blocks': number } }[];
    }>(`EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${text}`, params);
    for (const { Plan: plan } of plans) blocks += plan['Shared Hit Blocks'] + plan['Shared Read Blocks'];
    return database.query<R>(text, params);
  };
  return { sql: { query, execute: () => Promise.reject(new Error('Nothing is written.')) }, blocks: () => blocks };
}

describe('a page of the audit reads few blocks of a large store', () => {
  it.each<[string, Partial<EventFilter>, object, number]>([
    ['of an entity', { streams: [AGENT] }, {}, 50],
    ['of an entity, far back', { streams: [AGENT, 'agent-2'] }, { before: 100 }, 50],
    ['of an entity, after a position', { streams: [AGENT] }, { after: 15_000, order: 'oldest' }, 50],
    ['of an entity in a time', { streams: [AGENT] }, { hours: 1 }, 50],
    ['of a rare type', { types: ['AgentRetired'] }, {}, 1],
    ['of a rare type, after it', { types: ['AgentRetired'], isFolded: true }, { after: 8, order: 'oldest' }, 0],
    ['of a type, far back', { types: ['AgentLost'] }, { before: 100 }, 50],
    ['of an actor, before all', { actors: ['system:watch'] }, { before: 1 }, 0],
    ['of an actor, after all', { actors: ['system:watch'], category: 'agent' }, { after: EVENTS, order: 'oldest' }, 0],
    ['of a request, far back', { correlation: 'c1' }, { before: EVENTS + 100 }, 50],
    ['without jobs, after all', { isFolded: true }, { after: EVENTS, order: 'oldest' }, 0],
    ['without jobs, in a time', { isFolded: true }, { hours: 1 }, 50],
  ])('%s', async (_name, filter, { hours, ...range }: { hours?: number; order?: 'oldest' }, count) => {
    const times = hours === undefined ? {} : { fromMs: HALF_MS, toMs: HALF_MS + hours * 3_600_000 };
    const { sql, blocks } = counting();
    const asked = { ...RANGE, order: 'newest' as const, limit: 50, ...range };
    expect(await findPositions(sql, { ...ALL, ...filter, ...times }, asked)).toHaveLength(count);
    // The table alone has more than a thousand.
    expect(blocks()).toBeLessThan(600);
  });

  it('of what a job caused', async () => {
    const { sql, blocks } = counting();
    const cause = { metadata: { correlationId: 'c1', causationId: null } };
    expect(await causedCounts(sql, [cause as never])).toEqual(new Map([['c1', 100]]));
    expect(blocks()).toBeLessThan(200);
  });
});

describe('the events from which an entity is folded', () => {
  const read = async (from: number, whole: string[]): Promise<number[]> => {
    const options = { types: ['AgentEnrolled', 'AgentRetired', 'AgentLost'], whole, limit: 10 };
    const [events] = await readEarlier(database, [{ stream: AGENT, from, to: from }], options);
    return events.map(({ version }) => version);
  };

  it('begin with the newest one that holds the whole entity', async () => {
    expect(await read(15_000, ['AgentLost'])).toEqual([14_999, 15_000]);
    expect(await read(9, ['AgentRetired'])).toEqual([7, 8, 9]);
  });

  it('are the last ones and the first one, if none of the last ones holds the whole entity', async () => {
    const last = Array.from({ length: 11 }, (_, nr) => 14_990 + nr);
    expect(await read(15_000, ['AgentRetired'])).toEqual([1, ...last]);
    expect(await read(3, [])).toEqual([1, 2, 3]);
  });

  it('belong to the part that asked for them', async () => {
    const parts = [
      { stream: AGENT, from: 5, to: 6 },
      { stream: AGENT, from: 100, to: 100 },
    ];
    const states = await readEarlier(database, parts, { types: ['AgentLost'], whole: ['AgentLost'], limit: 10 });
    expect(states.map((events) => events.map(({ version }) => version))).toEqual([
      [4, 5, 6],
      [99, 100],
    ]);
  });
});

it('parts of a stream with the same first event have it once each', async () => {
  const parts = [1, 15_000].map((version) => ({ stream: AGENT, from: version, to: version }));
  const types = ['AgentEnrolled', 'AgentLost'];
  const [first, later] = await readEarlier(database, parts, { types, whole: ['AgentEnrolled'], limit: 100 });
  expect(first.map(({ version }) => version)).toEqual([1]);
  expect(later.map(({ version }) => version)).toEqual([1, ...Array.from({ length: 101 }, (_, at) => 14_900 + at)]);
});
