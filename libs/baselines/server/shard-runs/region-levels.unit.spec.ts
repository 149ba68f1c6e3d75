import { THRESHOLD_FLAG } from '@icmp-mon/probing/wire';
import { expect, it } from 'vitest';
import { type Level, thresholdsOf } from './region-levels';
import { splitRows } from './threshold-log';

const level = (medianUs: number): Level => ({
  ...{ medianUs, spreadUs: medianUs / 20, lossFloorPpm: 5_000, meanRunCenti: 100, samples: 720 },
});
const REGIONS = new Map([...[1, 2, 3, 4].map((agent): [string, string] => [`eu-${agent}`, 'eu']), ['us-1', 'us']]);

it('a pair without a baseline gets the median of its region, if an agent of it has one', () => {
  const own = new Map([
    ['eu-1', level(10_000)],
    ['eu-2', level(30_000)],
    ['eu-3', level(20_000)],
  ]);
  const agentIds = ['eu-1', 'eu-4', 'us-1', 'of no region'];
  const rows = thresholdsOf({ key: 9, agentIds }, 1, own, REGIONS);
  expect(rows).toMatchObject([
    { agentId: 'eu-1', targetKey: 9, check: 1, medianUs: 10_000, flags: 0 },
    { agentId: 'eu-4', medianUs: 20_000, spreadUs: 1_000, flags: THRESHOLD_FLAG.region },
  ]);
  const two = new Map([...own].slice(0, 2));
  expect(thresholdsOf({ key: 9, agentIds: ['eu-4'] }, 1, two, REGIONS)).toMatchObject([{ medianUs: 30_000 }]);
  expect(thresholdsOf({ key: 9, agentIds }, 1, new Map(), REGIONS)).toEqual([]);
});

it('rows are split into records of 20,000 rows and 4,096 agents', () => {
  const row = (agentId: string) => ({ agentId, targetKey: 1, check: 1, ...level(20_000), flags: 0 });
  const many = Array.from({ length: 45_000 }, (_, at) => row(`agent-${at % 3}`));
  expect(splitRows(many).map(({ length }) => length)).toEqual([20_000, 20_000, 5_000]);
  const ofMany = Array.from({ length: 5_000 }, (_, at) => row(`agent-${at}`));
  expect(splitRows(ofMany).map(({ length }) => length)).toEqual([4_096, 904]);
  expect(splitRows([])).toEqual([]);
});
