import type { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { type Messaging, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { type ContextApp, HousekeepingTasks } from '@icmp-mon/platform/plugins';
import { eventually } from '@icmp-mon/platform/testing';
import {
  decodeShardRecord,
  encodePairHours,
  RttHistogram,
  type ShardRecord,
  THRESHOLD_FLAG,
} from '@icmp-mon/probing/wire';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestWorker, type TestInstallation } from './test-worker.test-data';

const SHARDS = 2;

describe('the worker', () => {
  let installation: TestInstallation;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;
  let messaging: Messaging;
  let worker: ContextApp;

  beforeAll(async () => {
    installation = await startTestWorker(SHARDS);
    ({ control, telemetry, messaging, worker } = installation);
  });

  afterAll(() => installation.stop());

  async function runTask(name: string): Promise<number | undefined> {
    const task = worker.get(HousekeepingTasks).plugged.find((each) => each.name === name);
    return task?.runTask({ nowMs: Date.now(), signal: new AbortController().signal, logger: createLogger('test') });
  }

  it('calculates baselines when a shard has a new hour, and writes them into its log', async () => {
    // Later, it would select agents that exist for the target of this test.
    await runTask('assignment-rules');
    const [own, other, far] = [newId(), newId(), newId()];
    const hourMs = Math.floor(Date.now() / 3_600_000 - 3) * 3_600_000;
    await control.execute(
      `INSERT INTO assignment_agent (id, name, region, provider, tags) VALUES ($1, 'a', 'eu', 'p', '{}'), ($2, 'b', 'eu', 'p', '{}'),
         ($3, 'c', 'us', 'p', '{}')`,
      [own, other, far],
    );
    await control.execute(
      `INSERT INTO assignment_target (key, target_id, ip, vrf, tier, selected) VALUES (5, $1, '127.0.0.5', 'default', 'standard', $2)`,
      [newId(), [own, other, far]],
    );
    await telemetry.execute(`INSERT INTO agent_no (agent_id, name) VALUES ($1, 'a')`, [own]);
    await telemetry.execute('INSERT INTO shard (shard) VALUES (1)');
    await control.execute(`INSERT INTO assignment_tier (name, policy, position) VALUES ('standard', $1, 1)`, [
      JSON.stringify(BUILT_IN_TIERS.standard),
    ]);
    const histogram = new RttHistogram();
    for (let round = 0; round < 240; round++) histogram.add(20_000);
    const hour = { agentNo: 1, sent: 240, lost: 0, runs: 0, flags: 0, histogram: histogram.encodeBins() };
    for (let hours = 0; hours < 3; hours++) {
      await telemetry.execute('INSERT INTO pair_hour VALUES ($1, 5, 1, 1, $2)', [
        new Date(hourMs - hours * 3_600_000),
        encodePairHours([hour]),
      ]);
    }
    const records: ShardRecord[] = [];
    const log = await messaging.openLog(SHARD_TOPIC);
    await log.followPartition(1, 0, (batch) => {
      for (const { value } of batch) {
        const decoded = decodeShardRecord(value);
        if (decoded.ok && decoded.record.kind === 'thresholds') records.push(decoded.record);
      }
      return Promise.resolve();
    });
    expect(await runTask('baselines-due')).toBe(1);
    expect(await runTask('baselines-due')).toBe(0);
    const finished = async (): Promise<Record<string, unknown>[]> =>
      control.query('SELECT pairs, of_region, hour, claimed_at AS "claimedAt" FROM baseline_shard WHERE shard = 1');
    await eventually(
      async () =>
        expect(await finished()).toEqual([{ pairs: 1, of_region: 1, hour: new Date(hourMs), claimedAt: null }]),
      { withinMs: 60_000 },
    );
    await eventually(() => expect(records).toHaveLength(1));
    const [record] = records;
    if (record.kind !== 'thresholds') throw new Error(record.kind);
    expect(record).toMatchObject({ part: 0, parts: 1 });
    const { count, agentIds, agentAt, medianUs, flags, samples } = record.rows;
    const rows = Array.from({ length: count }, (_, at) => [
      ...[agentIds[agentAt[at]], medianUs[at], samples[at], flags[at]],
    ]);
    expect(rows).toEqual([
      [own, expect.closeTo(20_000, -3), 720, 0],
      [other, expect.closeTo(20_000, -3), 720, THRESHOLD_FLAG.region],
    ]);
    expect(await telemetry.query('SELECT target_key, agent_id FROM baseline_change')).toEqual([
      { target_key: 5, agent_id: own },
    ]);

    // A run that ended in its middle is repeated: its claim is free after a minute.
    await control.execute(
      `UPDATE baseline_shard SET hour = NULL, claimed_at = now() - interval '2 minutes' WHERE shard = 1`,
    );
    await eventually(() => expect(records).toHaveLength(2), { withinMs: 60_000 });
    expect((records[1] as typeof record).run).toBeGreaterThan(record.run);
    await eventually(async () => expect(await finished()).toMatchObject([{ claimedAt: null }]));
    expect(await telemetry.query('SELECT FROM baseline_change')).toHaveLength(1);
    await log.close();
  }, 150_000);

  it('deletes shifts that are older than 396 days', async () => {
    await telemetry.execute(
      `INSERT INTO baseline_shift SELECT days, 9, $1, 1, $2, now() - make_interval(days => days), now() - make_interval(days => days),
         12000, 900, 20000, 1000 FROM unnest(ARRAY[395, 397]) AS t (days)`,
      [newId(), newId()],
    );
    expect(await runTask('baseline-shifts')).toBe(1);
    expect(await telemetry.query('SELECT shift_seq::integer AS seq FROM baseline_shift')).toEqual([{ seq: 395 }]);
  });
});
