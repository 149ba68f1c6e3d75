import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { testDatabase } from '@icmp-mon/platform/testing';
import { expect, it } from 'vitest';
import { messageOf, reportOf, START_MS, traceOf } from './reports.test-data';
import { TracesProjection } from './traces.projection';

const HOUR_MS = 3_600_000;

it('large traces of one agent to one target do not block the process, regardless of how many they are', async () => {
  const testing = await testDatabase('telemetry');
  const database = new TelemetryDatabase({ url: testing.url });
  const traces = new TracesProjection();
  const [agent, target] = [newId(), newId()];
  const line = (at: number) => Array.from({ length: 30 }, (_, hop) => `10.${at}.1.${hop}`).join(' ');
  const longOf = (at: number) => {
    const { rounds, ...trace } = traceOf(line(at), START_MS + at * HOUR_MS);
    const addresses = trace.addresses.flatMap((_, hop) => Array.from({ length: 20 }, (_, n) => `10.${at}.${n}.${hop}`));
    return {
      ...trace,
      addresses,
      rounds: Array.from({ length: 20 }, (_, n) => rounds[0].map((_, hop) => [hop * 20 + n, 900] as const)),
    };
  };
  const messages = Array.from({ length: 200 }, (_, at) => messageOf(agent, reportOf(target, longOf(at))));
  const longestMs = await longestWork(() => database.transaction((sql) => traces.handle(sql, messages)));
  expect(longestMs).toBeLessThan(200);
  await database.close();
  await testing.dropDatabase();
});

/** Returns the longest CPU time, in ms, that `work` takes between two turns of the event loop. */
async function longestWork(work: () => Promise<void>): Promise<number> {
  let longestMs = 0;
  let before = process.cpuUsage();
  let next = setImmediate(look);
  function look(): void {
    const { user } = process.cpuUsage(before);
    longestMs = Math.max(longestMs, user / 1_000);
    before = process.cpuUsage();
    next = setImmediate(look);
  }
  await work();
  clearImmediate(next);
  return longestMs;
}
