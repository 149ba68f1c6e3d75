import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging, SHARD_TOPIC } from '@icmp-mon/platform/messaging';
import {
  eventually,
  testDatabase,
  type TestDatabases,
  testServices,
  testTopicPrefix,
} from '@icmp-mon/platform/testing';
import { decompressBounded } from '@icmp-mon/platform/zstd';
import { generateLog, seeded, type GeneratedLog } from '@icmp-mon/shard/engine/testing';

const SHARDS = 2;
const MAIN = path.resolve(import.meta.dirname, '../../dist/apps/projector/main.js');
const SEED = Number(process.env['ICMPMON_TEST_SEED'] ?? 7);
const KILLS = 3;

/** A projector process on its own databases, reading the shared log. */
class ProjectorProcess {
  private child: ChildProcess | undefined;

  constructor(
    readonly databases: TestDatabases,
    private readonly prefix: string,
  ) {}

  start(): void {
    const services = testServices();
    this.child = spawn(process.execPath, [MAIN], {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: {
        PATH: process.env['PATH'],
        ICMPMON_CONTROL_DATABASE_URL: this.databases.controlUrl,
        ICMPMON_TELEMETRY_DATABASE_URL: this.databases.telemetryUrl,
        ICMPMON_KAFKA_BROKERS: services.kafkaBrokers.join(','),
        ICMPMON_KAFKA_SASL_USERNAME: process.env['ICMPMON_KAFKA_SASL_USERNAME'],
        ICMPMON_KAFKA_SASL_PASSWORD: process.env['ICMPMON_KAFKA_SASL_PASSWORD'],
        ICMPMON_REDIS_URL: services.redisUrl,
        ICMPMON_TOPIC_PREFIX: this.prefix,
        ICMPMON_SHARD_COUNT: String(SHARDS),
        ICMPMON_OPS_PORT: '0',
        ICMPMON_LOG_LEVEL: process.env['ICMPMON_LOG_LEVEL'] ?? 'silent',
      },
    });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  }
}

interface Stored {
  states: string[];
  changes: object[];
  pairChanges: string[];
  results: string[];
}

async function positions(telemetry: TelemetryDatabase): Promise<number[]> {
  const rows = await telemetry.query<{ position: number }>('SELECT position FROM shard_position');
  return rows.map(({ position }) => position);
}

async function readStored(telemetry: TelemetryDatabase): Promise<Stored> {
  const checkpoints = await telemetry.query<{ checkpoint: Buffer }>('SELECT checkpoint FROM shard ORDER BY shard');
  const results = await telemetry.query<{ line: string }>(
    `SELECT target_key || '/' || agent_id || '/' || (extract(epoch FROM at) * 1000)::bigint AS line
     FROM probe_result ORDER BY 1`,
  );
  const pairChanges = await telemetry.query<{ line: string }>(
    `SELECT shard || ' ' || change_seq || ' ' || encode(body, 'hex') AS line FROM pair_change ORDER BY shard, change_seq`,
  );
  return {
    states: checkpoints.map(({ checkpoint }) =>
      Buffer.from(decompressBounded(checkpoint, 64 * 1024 * 1024)).toString('base64'),
    ),
    changes: await telemetry.query('SELECT * FROM status_change ORDER BY shard, change_seq'),
    pairChanges: pairChanges.map(({ line }) => line),
    results: results.map(({ line }) => line),
  };
}

describe('a killed projector', () => {
  const prefix = testTopicPrefix();
  const logs: GeneratedLog[] = [];
  let messaging: Messaging;
  const processes: ProjectorProcess[] = [];

  beforeAll(async () => {
    if (!existsSync(MAIN)) throw new Error('The projector is not built: run `npm run build` first.');
    messaging = new Messaging({
      brokers: testServices().kafkaBrokers,
      topicPrefix: prefix,
      clientId: 'shard-kill-test',
    });
    await messaging.ensureTopics({ shardCount: SHARDS });
    for (let shard = 0; shard < SHARDS; shard++) {
      const targetKeys = Array.from({ length: 40 }, (_, at) => 2 * at + SHARDS + shard);
      logs.push(generateLog({ seed: SEED + shard, targetKeys, seconds: 700, shard }));
    }
    for (let at = 0; at < 2; at++) processes.push(new ProjectorProcess(await testDatabase('both'), prefix));
  });

  afterAll(async () => {
    for (const each of processes) {
      await each.end('SIGKILL');
      await each.databases.dropDatabases();
    }
    await messaging?.close();
  });

  /** Appends a part of each shard's log; from and to are fractions of the whole. */
  async function append(from: number, to: number): Promise<void> {
    for (const [partition, { records }] of logs.entries()) {
      const slice = records.slice(Math.floor(records.length * from), Math.floor(records.length * to));
      for (let at = 0; at < slice.length; at += 200) {
        const batch = slice.slice(at, at + 200).map((value) => ({ key: null, value, partition }));
        await messaging.sendMessages(SHARD_TOPIC, batch);
      }
    }
  }

  async function finish(process: ProjectorProcess): Promise<Stored> {
    const telemetry = new TelemetryDatabase({ url: process.databases.telemetryUrl });
    try {
      const ends = logs.map(({ records }) => records.length - 1).sort((a, b) => a - b);
      // Participants: status, validation, series, uncounted.
      const wanted = ends.flatMap((end) => [end, end, end, end]);
      await eventually(async () => expect((await positions(telemetry)).sort((a, b) => a - b)).toEqual(wanted), {
        withinMs: 60_000,
      });
      await process.end('SIGTERM');
      return await readStored(telemetry);
    } finally {
      await telemetry.close();
    }
  }

  it('reaches the same state, changes and results as one that was not killed', async () => {
    const [killed, undisturbed] = processes;
    const random = seeded(SEED);
    const telemetry = new TelemetryDatabase({ url: killed.databases.telemetryUrl });
    for (let kill = 0; kill < KILLS; kill++) {
      const before = Math.max(-1, ...(await positions(telemetry)));
      killed.start();
      await append(kill / (KILLS + 1), (kill + 1) / (KILLS + 1));
      await eventually(async () => expect(Math.max(-1, ...(await positions(telemetry)))).toBeGreaterThan(before), {
        withinMs: 60_000,
      });
      await new Promise((resolve) => setTimeout(resolve, random() * 600));
      await killed.end('SIGKILL');
    }
    await telemetry.close();
    await append(KILLS / (KILLS + 1), 1);
    killed.start();
    const afterKills = await finish(killed);

    undisturbed.start();
    const expected = await finish(undisturbed);

    expect(afterKills.states).toEqual(expected.states);
    expect(afterKills.changes).toEqual(expected.changes);
    expect(afterKills.pairChanges).toEqual(expected.pairChanges);
    expect(expected.pairChanges.length).toBeGreaterThan(100);
    const generated = logs.flatMap(({ results }) => [...results]).sort();
    expect(expected.results.sort()).toEqual(generated);
    expect(afterKills.results.sort()).toEqual(generated);
  }, 240_000);

  it('shares the shards with a second one that starts later', async () => {
    const { databases } = processes[1];
    const telemetry = new TelemetryDatabase({ url: databases.telemetryUrl });
    const holders = async (): Promise<number> => {
      const rows = await telemetry.query('SELECT DISTINCT holder FROM shard WHERE holder IS NOT NULL');
      return rows.length;
    };
    const pair = [new ProjectorProcess(databases, prefix), new ProjectorProcess(databases, prefix)];
    try {
      pair[0].start();
      await eventually(async () => expect(await holders()).toBe(1), { withinMs: 30_000 });
      pair[1].start();
      await eventually(async () => expect(await holders()).toBe(2), { withinMs: 60_000 });
    } finally {
      for (const each of pair) await each.end('SIGKILL');
      await telemetry.close();
    }
  }, 120_000);
});
