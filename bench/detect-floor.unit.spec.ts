import type { Sql } from '@icmp-mon/platform/database';
import { expect, it } from 'vitest';
import { floorsOf } from './detect-floor';

const INTERVAL_MS = 15_000;
const sqlOf = (rows: { agent: string; at: number[]; outcomes: string[] }[]): Sql =>
  ({ query: () => Promise.resolve(rows.map((row) => ({ key: 1, ...row }))) }) as unknown as Sql;
const replies = (count: number): string[] => Array.from({ length: count }, () => 'reply');

it('the floor is the wait until enough agents probe the target, and two timeouts; the rest is of agents and pipeline', async () => {
  const sql = sqlOf([
    { agent: 'a', at: [0, 15_010, 16_100, 16_600], outcomes: ['reply', 'timeout', 'timeout', 'timeout'] },
    { agent: 'b', at: [4_000, 19_050, 20_200], outcomes: ['reply', 'timeout', 'timeout'] },
    { agent: 'c', at: [9_000, 24_000], outcomes: ['reply', 'timeout'] },
  ]);
  const fault = { ip: '198.18.0.1', key: 1, fromMs: 9_990, silentMs: 10_000, seenMs: 21_500 };
  expect(await floorsOf(sql, [fault], INTERVAL_MS)).toEqual([
    {
      ...{ tookMs: 11_500, floorMs: 11_000, agentsMs: 200, pipelineMs: 300 },
      missesMs: [[5_010, 6_100, 6_600], [9_050, 10_200], [14_000]],
    },
  ]);
});

it('an agent that is late does not wait longer, and faults that too few agents saw have no floor', async () => {
  const late = sqlOf([
    { agent: 'a', at: [0, 20_500, 21_600], outcomes: ['reply', 'timeout', 'timeout'] },
    { agent: 'b', at: [1_000, 20_600, 21_700], outcomes: ['reply', 'timeout', 'timeout'] },
  ]);
  const fault = { ip: '198.18.0.1', key: 1, fromMs: 19_990, silentMs: 20_000, seenMs: 23_000 };
  expect(await floorsOf(late, [fault], INTERVAL_MS)).toMatchObject([{ tookMs: 3_000, floorMs: 2_000, agentsMs: 700 }]);
  expect(await floorsOf(sqlOf([{ agent: 'a', at: [0], outcomes: replies(1) }]), [fault], INTERVAL_MS)).toEqual([]);
});
