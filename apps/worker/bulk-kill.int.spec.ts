import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { Readable } from 'node:stream';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { newId } from '@icmp-mon/platform/ids';
import { Messaging } from '@icmp-mon/platform/messaging';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import { type BulkJobDetail, TARGETS_TOPIC } from '@icmp-mon/targets/contract';
import {
  RequestExpansion,
  RequestExpansionHandler,
  RequestImport,
  RequestImportHandler,
  TierNames,
} from '@icmp-mon/targets/server';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const MAIN = path.resolve(import.meta.dirname, '../../dist/apps/worker/main.js');
const SHARDS = 2;
const TARGETS = 4_094;
/** Targets registered at the kills. */
const KILLS = [1, 1_000, 2_500];

let databases: TestDatabases;
let control: ControlDatabase;
let messaging: Messaging;
let worker: ChildProcess | undefined;
const topicPrefix = testTopicPrefix();
const userId = newId();
const metadata = { actor: `user:${userId}`, causationId: null, correlationId: newId() };

beforeAll(async () => {
  databases = await testDatabase('both');
  control = new ControlDatabase({ url: databases.controlUrl });
  await control.execute(`INSERT INTO tier (name, built_in, policy, version) VALUES ('fast', true, '{}', 1)`);
  await control.execute(`INSERT INTO user_account (id, name, role) VALUES ($1, 'ada', 'engineer')`, [userId]);
  messaging = new Messaging({ brokers: testServices().kafkaBrokers, topicPrefix, clientId: 'test' });
  await messaging.ensureTopics({ shardCount: SHARDS });
});
afterAll(async () => {
  await endWorker('SIGTERM');
  await messaging.close();
  await control.close();
  await databases.dropDatabases();
});

function startWorker(): void {
  const { kafkaBrokers, redisUrl } = testServices();
  worker = spawn(process.execPath, [MAIN], {
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      PATH: process.env['PATH'],
      ICMPMON_CONTROL_DATABASE_URL: databases.controlUrl,
      ICMPMON_TELEMETRY_DATABASE_URL: databases.telemetryUrl,
      ICMPMON_KAFKA_BROKERS: kafkaBrokers.join(','),
      ICMPMON_KAFKA_SASL_USERNAME: process.env['ICMPMON_KAFKA_SASL_USERNAME'],
      ICMPMON_KAFKA_SASL_PASSWORD: process.env['ICMPMON_KAFKA_SASL_PASSWORD'],
      ICMPMON_REDIS_URL: redisUrl,
      ICMPMON_TOPIC_PREFIX: topicPrefix,
      ICMPMON_SHARD_COUNT: String(SHARDS),
      ICMPMON_OPS_PORT: '0',
      ICMPMON_LOG_LEVEL: process.env['ICMPMON_LOG_LEVEL'] ?? 'silent',
    },
  });
}

async function endWorker(signal: NodeJS.Signals): Promise<void> {
  if (worker === undefined || worker.exitCode !== null || worker.signalCode !== null) return;
  const exited = once(worker, 'exit');
  worker.kill(signal);
  await exited;
}

async function expandBlock(cidr: string): Promise<BulkJobDetail> {
  const handler = new RequestExpansionHandler(control, new EventStore(control), new TierNames(control));
  return handler.execute(new RequestExpansion({ cidr, tier: 'fast' }, metadata, null));
}

async function importFile(csv: string): Promise<BulkJobDetail> {
  const handler = new RequestImportHandler(control, new EventStore(control));
  return handler.execute(
    new RequestImport({ format: 'csv', pieces: Readable.from([Buffer.from(csv)]) }, {}, metadata, null),
  );
}

const jobOf = async (id: string): Promise<{ state: string; changed: number }> => {
  const [row] = await control.query<{ state: string; changed: number }>(
    'SELECT state, changed FROM bulk_job WHERE id = $1',
    [id],
  );
  return row;
};

/** Returns the ids of the targets whose registration was published; the relay may repeat events after a kill. */
async function publishedTargets(): Promise<Set<string>> {
  const targets = new Set<string>();
  const log = await messaging.openLog(TARGETS_TOPIC);
  for (let partition = 0; partition < log.partitionCount; partition += 1) {
    await log.followPartition(partition, 0, (batch) => {
      for (const { value } of batch) targets.add((JSON.parse(value.toString()) as { targetId: string }).targetId);
      return Promise.resolve();
    });
  }
  await eventually(() => expect(targets.size).toBeGreaterThanOrEqual(TARGETS), { withinMs: 60_000 });
  await log.close();
  return targets;
}

/** Kills the worker of a job three times, and starts it again. Returns once the job has registered its targets. */
async function killThreeTimes(id: string): Promise<void> {
  const states: string[] = [];
  for (const reached of KILLS) {
    await eventually(async () => expect((await jobOf(id)).changed).toBeGreaterThanOrEqual(reached), {
      withinMs: 60_000,
    });
    await endWorker('SIGKILL');
    states.push((await jobOf(id)).state);
    startWorker();
  }
  // At least the first kill came in the middle of the job.
  expect(states[0]).toBe('running');
  await eventually(async () => expect(await jobOf(id)).toEqual({ state: 'completed', changed: TARGETS }), {
    withinMs: 60_000,
  });
}

/** Expects that a job registered each of its targets by one event. */
async function expectOnce(id: string): Promise<void> {
  const [events] = await control.query(
    `SELECT count(*) AS events, count(DISTINCT stream) AS streams FROM event WHERE stream LIKE 'target-%' AND metadata ->> 'causationId' = $1`,
    [id],
  );
  expect(events).toEqual({ events: TARGETS, streams: TARGETS });
  const audit = await control.query('SELECT type FROM event WHERE stream = $1 ORDER BY version', [`bulkjob-${id}`]);
  expect(audit).toEqual([{ type: 'BulkJobRequested' }, { type: 'BulkJobEnded' }]);
}

describe('a worker that runs a bulk job', () => {
  it('registers each target once, although it is killed three times', { timeout: 180_000 }, async () => {
    startWorker();
    const { id } = await expandBlock('10.0.0.0/20');
    await killThreeTimes(id);
    await expectOnce(id);
    expect((await publishedTargets()).size).toBe(TARGETS);
  });

  it('takes each line of an import once, although it is killed three times', { timeout: 180_000 }, async () => {
    const ipOf = (nr: number): string => `10.1.${nr >> 8}.${nr & 255}`;
    const lines = Array.from({ length: TARGETS }, (_, nr) => `${ipOf(nr)},fast,${nr % 2 === 0 ? ipOf(nr + 1) : ''}`);
    const { id } = await importFile(`ip,tier,parents\n${lines.join('\n')}\n`);
    await killThreeTimes(id);
    await expectOnce(id);
    const outcomes = await control.query(
      `SELECT outcome, count(*) AS count FROM import_line WHERE file_id = $1 GROUP BY outcome`,
      [id],
    );
    expect(outcomes).toEqual([{ outcome: 'created', count: TARGETS }]);
  });
});
