import { TARGET_STREAM } from '@icmp-mon/targets/contract';
import { BUILT_IN_TIERS, TIER_STREAM } from '@icmp-mon/tiers/contract';
import { decodeShardRecord, type ShardRecord } from '@icmp-mon/probing/wire';
import { HealthParts } from '@icmp-mon/platform/health';
import type { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { type Messaging, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import {
  type ContextApp,
  type HousekeepingRun,
  type HousekeepingTask,
  HousekeepingTasks,
} from '@icmp-mon/platform/plugins';
import { eventually } from '@icmp-mon/platform/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SpoolStory } from './late-results.test-data';
import { startTestWorker, type TestInstallation } from './test-worker.test-data';

const SHARDS = 2;
/** Housekeeping tasks that the contexts register: a context that loses its task would grow without limit. */
const TASKS = `
  agent-decisions agent-drains agent-lives agent-metrics agent-retirements as-prefixes assignment-intervals
  assignment-removals assignment-rules baseline-changes baseline-jobs baseline-shifts baselines-due bulk-jobs
  command-expiry command-trails commands enrolment-tokens excess-path-changes excess-traces folded-fragments
  former-owners idempotency-keys import-files late-results list-removals login-challenges maintenance-occurrences
  old-hourly-figures old-pair-changes old-pair-hours old-path-changes old-results old-status-changes old-traces
  password-links rollups sessions shard-feed target-versions tier-removals uncounted-results used-sign-ins`
  .trim()
  .split(/\s+/);

/** Parts of Health on which the heartbeat depends. */
const HEALTH_PARTS = 'agents assignment history inventory-sources placement shards statuses uncounted'.split(' ');

describe('the worker', () => {
  let installation: TestInstallation;
  let control: ControlDatabase;
  let telemetry: TelemetryDatabase;
  let messaging: Messaging;
  let worker: ContextApp;
  const metadata = { actor: 'test', causationId: null, correlationId: newId() };

  beforeAll(async () => {
    installation = await startTestWorker(SHARDS);
    ({ control, telemetry, messaging, worker } = installation);
  });

  afterAll(() => installation.stop());

  it('bases the heartbeat on the Health parts that contexts register', () => {
    expect(worker.get(HealthParts).plugged.map(({ id }) => id)).toEqual(HEALTH_PARTS);
  });

  it('delivers an event from the store to its topic, to the shards and to their clock', async () => {
    const store = new EventStore(control);
    const plain = (category: string): Parameters<EventStore['execute']>[0] => ({
      category,
      initial: null,
      evolve: (state) => state,
    });
    const targetId = newId();
    const target = { targetId, key: 3, ip: '127.0.0.3', vrf: 'default', name: null, tags: {}, tier: 'standard' };
    await store.execute(plain(TARGET_STREAM), targetId, () => [{ type: 'TargetRegistered', data: target }], {
      metadata,
    });
    const tier = { name: 'standard', builtIn: true, policy: BUILT_IN_TIERS.standard };
    await store.execute(plain(TIER_STREAM), 'standard', () => [{ type: 'TierDefined', data: tier }], { metadata });
    const records: ShardRecord[] = [];
    const log = await messaging.openLog(SHARD_TOPIC);
    await log.followPartition(1, 0, (batch) => {
      for (const { value } of batch) {
        const decoded = decodeShardRecord(value);
        if (decoded.ok) records.push(decoded.record);
      }
      return Promise.resolve();
    });
    await eventually(() => {
      const facts = records.flatMap((record) => (record.kind === 'feed' ? [record.fact] : []));
      expect(facts.map(({ kind }) => kind)).toEqual(['policy', 'target']);
      expect(facts[1]).toMatchObject({ targetId, targetKey: 3, selected: [] });
      expect(records.some(({ kind }) => kind === 'tick')).toBe(true);
    });
    await log.close();
    const publicLog = await messaging.openLog('public.targets.v1');
    let found = 0;
    for (let partition = 0; partition < publicLog.partitionCount; partition++) {
      await publicLog.followPartition(partition, 0, (batch) => {
        found += batch.length;
        return Promise.resolve();
      });
    }
    await eventually(() => expect(found).toBe(1));
    await publicLog.close();
  });

  const run = (signal = new AbortController().signal): HousekeepingRun => ({
    nowMs: Date.now(),
    signal,
    logger: createLogger('test'),
  });

  const task = (name: string): HousekeepingTask => {
    const found = worker.get(HousekeepingTasks).plugged.find((each) => each.name === name);
    if (found === undefined) throw new Error(`There is no task ${name}.`);
    return found;
  };

  it('runs every housekeeping task against the migrated schema', async () => {
    await control.execute(
      `INSERT INTO idempotency_key (actor, key, request_sha256, status, body, created_at)
       VALUES ('a', 'old', '', 201, '{}', now() - interval '2 days'), ('a', 'new', '', 201, '{}', now())`,
    );
    const tasks = worker.get(HousekeepingTasks).plugged;
    expect(tasks.map(({ name }) => name)).toEqual(TASKS);
    for (const each of tasks)
      expect([each.name, await each.runTask(run())]).toEqual([each.name, each.name === 'idempotency-keys' ? 1 : 0]);
  });

  it('interrupts the rollup when it stops, and computes the hour at the next run', async () => {
    await telemetry.execute('INSERT INTO shard (shard) VALUES (0)');
    await telemetry.execute(`INSERT INTO series_cut VALUES (0, '2026-01-01 01:00Z')`);
    await telemetry.execute(
      `INSERT INTO probe_series VALUES (1, 1, 0, '2026-01-01 00:00Z', 1, 1, 0, 0, 1, 1, 1, 0, 0, '\\x010201', '\\x01')`,
    );
    const stopping = new AbortController();
    const rolledHours = async (): Promise<number> => (await telemetry.query('SELECT FROM probe_hourly')).length;
    await telemetry.withClient(async (client) => {
      await client.query('BEGIN');
      await client.query(`SELECT FROM rollup_progress WHERE relation = 'probe_hourly' FOR UPDATE`);
      const rollingUp = task('rollups').runTask(run(stopping.signal));
      await eventually(async () => {
        const waiting = await telemetry.query(
          `SELECT FROM pg_stat_activity WHERE application_name = 'rollups' AND wait_event_type = 'Lock'`,
        );
        expect(waiting.length).toBeGreaterThan(0);
      });
      stopping.abort();
      await expect(rollingUp).rejects.toThrow();
      await client.query('ROLLBACK');
    });
    expect(await rolledHours()).toBe(0);
    expect(await task('rollups').runTask(run())).toBeGreaterThan(0);
    expect(await rolledHours()).toBe(1);
  });

  it('corrects the statuses of a target by the spool of an agent that was cut off, one revision per upload', async () => {
    const story = await SpoolStory.begin(control, telemetry, telemetry.options.url);
    await story.passUntil(120, { measuring: true }).passUntil(480, { measuring: false }).commit();
    await story.passUntil(540, { measuring: true }).uploadSpool(120, 300).passUntil(620, { measuring: true }).commit();
    const known = ['0 up', '132 unknown', '480 up'];
    expect(await story.knownStatuses()).toEqual(known);
    const first = ['1: 132-245 up', '1: 245-312 down'];
    const corrected = (expected: string[]): Promise<void> =>
      eventually(async () => {
        await task('late-results').runTask(run());
        expect(await story.correctedStatuses()).toEqual(expected);
      });
    await corrected(first);
    await story.uploadSpool(300, 480).passUntil(690, { measuring: true }).commit();
    await corrected([...first, '2: 312-360 down', '2: 360-480 up']);
    expect([await story.knownStatuses(), await story.waitingTargets()]).toEqual([known, 0]);
    await story.close();
  });
});
