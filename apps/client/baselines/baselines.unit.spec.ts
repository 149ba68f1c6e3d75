import { afterEach, expect, it } from 'vitest';
import { type FakeApi, startAnswering } from '../testing/fake-api';
import { type Ended, runCaptured } from '../testing/run-captured';

let fake: FakeApi | undefined;
afterEach(() => fake?.stop());

const run = (...argv: string[]): Promise<Ended> =>
  runCaptured(argv, { ICMPMON_URL: fake?.url ?? '', ICMPMON_API_KEY: 'imk_x' });
const answering = async (answers: Record<string, unknown>): Promise<void> => {
  fake = await startAnswering(answers);
};
const leftOut = { outage: 6, maintenance: 0, isolated: 0, offLevel: 2, lossy: 0 };
const PAIR = {
  checks: [
    {
      ...{ check: 1, source: 'pair', medianUs: 20_100, spreadUs: 1_100, lossFloorRatio: 0.012, meanRun: 1.25 },
      samples: 5_760,
      calculation: { computedAt: '2026-11-30T10:06:00.000Z', hoursUsed: 24, leftOut },
    },
  ],
  shifts: [{ check: 1, since: '2026-11-20T10:00:00.000Z', before: { medianUs: 12_000 }, after: { medianUs: 20_000 } }],
};

it('baselines show: prints the usual values, the hours left out, and shifts, of an agent by name', async () => {
  await answering({ '/baselines/a1/198.51.100.9': PAIR, '/agents': { items: [{ id: 'a1', name: 'fra-1' }] } });
  const { out, code } = await run('baselines', 'show', 'fra-1', '198.51.100.9');
  expect(code).toBe(0);
  for (const text of ['pair', '20.10 ms', '1.10 ms', '1.25', '5,760', '6 outage, 2 offLevel'])
    expect(out).toContain(text);
  expect(out).toContain('Check 1: from 12.00 ms to 20.00 ms since');
  expect((await run('baselines', 'show', 'ams-1', '198.51.100.9')).err).toContain('There is no agent "ams-1"');
});

it('baselines recalculate: sends targets, and waits for the end', async () => {
  const job = { id: 'j1', shards: 2, shardsDone: 2, pairs: 30, finishedAt: '2026-11-30T10:06:00.000Z' };
  await answering({ '/baselines/recalculate': job, '/baseline-recalculations/j1': job });
  const { out } = await run('baselines', 'recalculate', 't1', '--forget');
  expect(out).toContain('Calculated 30 pairs in 2 shards.');
  expect(JSON.parse(fake?.received[0]?.body ?? '')).toEqual({ targets: ['t1'], forget: true });
});
