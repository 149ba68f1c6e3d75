import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { ControlDatabase } from '@icmp-mon/platform/database';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import pg from 'pg';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import type { BenchContext, BenchResult } from './bench';
import { type Round, runPairs } from './pairs';
import { enrolmentOf, startFleet } from './pipeline';
import { profiling } from './projector';
import { csvOf, endOf, sendFile, until } from './target-file';

const TARGETS = 100_000;
const TARGETS_QUICK = 10_000;
const AGENTS = 100;

/** Rows of one import, as the reference copies them: SQL that selects them, and the table for them. */
const COPIED = {
  plain_event: {
    rows: `SELECT position, id, stream, version, type, data, metadata, occurred_at FROM event WHERE metadata ->> 'causationId' = '$JOB'`,
    table: `position bigint PRIMARY KEY, id uuid NOT NULL UNIQUE, stream text NOT NULL, version integer NOT NULL, type text NOT NULL,
      data jsonb NOT NULL, metadata jsonb NOT NULL, occurred_at timestamptz NOT NULL, UNIQUE (stream, version)`,
  },
  plain_target: {
    rows: `SELECT key, id, ip, vrf, name, tags, tier, owner, version, registered_at FROM target_list WHERE key > $FROM`,
    table: `key integer PRIMARY KEY, id uuid NOT NULL UNIQUE, ip inet NOT NULL, vrf text NOT NULL, name text, tags jsonb NOT NULL,
      tier text NOT NULL, owner text, version bigint NOT NULL, registered_at timestamptz NOT NULL, UNIQUE (vrf, ip)`,
  },
};

type Copied = Record<keyof typeof COPIED, Buffer>;

/**
 * Seconds from sending a CSV file with 100,000 targets to the API until the job has ended, so that each target is in the list, and until
 * each is assigned to one of 100 enrolled agents; against the seconds of bare COPY of the same rows, events and targets, into two tables with
 * their keys. The apps are gateway, api and worker; agents send nothing, so that results cost nothing. All rounds use one product, each has
 * addresses of its own. A target that is not created, or without its event, makes the ratio 0.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const targets = context.quick ? TARGETS_QUICK : TARGETS;
  const environment = { ...profiling(context), ICMPMON_STARTER_TARGETS: '' };
  const product = await context.startProduct({ apps: ['gateway', 'api', 'worker'], environment });
  const { controlDatabaseUrl } = product.access;
  const control = new ControlDatabase({ url: controlDatabaseUrl, poolMax: 1 });
  const bare = new pg.Client({ connectionString: controlDatabaseUrl });
  await bare.connect();
  const fleet = startFleet(context);
  let copied: Copied | null = null;
  try {
    await fleet.callFleet('enrol', await enrolmentOf(product, AGENTS));
    const result = await runPairs(context, {
      name: 'import',
      unit: 's',
      async product(round): Promise<Round> {
        const file = csvOf(targets, round * targets);
        const [{ highest }] = await control.query<{ highest: number }>(
          'SELECT coalesce(max(key), 0) AS highest FROM target_list',
        );
        await control.execute('CHECKPOINT');
        const cpu = context.cpu.startMeasuring();
        const startedMs = performance.now();
        const job = await endOf(product, await sendFile(product, file));
        const importedS = (performance.now() - startedMs) / 1_000;
        await until(async () => (await assignedAfter(control, highest)) >= targets);
        const value = (performance.now() - startedMs) / 1_000;
        const cpuSeconds = cpu();
        context.printLine(
          `import: imported after ${importedS.toFixed(1)} s, assigned after ${value.toFixed(1)} s, CPU seconds ${JSON.stringify(cpuSeconds)}`,
        );
        copied = await copyOut(bare, job, highest);
        const fault = await faultOf(control, job, targets);
        return { value, cpuSeconds, ...(fault !== undefined && { fault }) };
      },
      async reference(): Promise<Round> {
        if (copied === null) throw new Error('The reference copies rows of the product, which comes first.');
        return { value: await copyIn(bare, copied) };
      },
    });
    return { ...result, targets, agents: AGENTS };
  } finally {
    await fleet.stop();
    await bare.end();
    await control.close();
  }
}

async function assignedAfter(control: ControlDatabase, key: number): Promise<number> {
  const [{ count }] = await control.query<{ count: number }>(
    `SELECT count(*) AS count FROM assignment_target WHERE key > $1 AND selected <> '{}'`,
    [key],
  );
  return count;
}

/** Returns what is wrong after the job: each target is registered by one event. */
async function faultOf(control: ControlDatabase, job: BulkJobDetail, targets: number): Promise<string | undefined> {
  const [{ events }] = await control.query<{ events: number }>(
    `SELECT count(DISTINCT stream) AS events FROM event WHERE type = 'TargetRegistered' AND metadata ->> 'causationId' = $1`,
    [job.id],
  );
  if (job.state === 'completed' && job.created === targets && events === targets) return undefined;
  return `the job is ${job.state}: ${job.created} of ${targets} targets, ${events} events`;
}

/** Returns the rows of an import, in the binary format of COPY. */
async function copyOut(bare: pg.Client, { id }: BulkJobDetail, fromKey: number): Promise<Copied> {
  const copied: Partial<Copied> = {};
  for (const [name, { rows }] of Object.entries(COPIED)) {
    const select = rows.replace('$JOB', id).replace('$FROM', String(fromKey));
    const chunks = await bare.query(copyTo(`COPY (${select}) TO STDOUT (FORMAT binary)`)).toArray();
    copied[name as keyof Copied] = Buffer.concat(chunks as Buffer[]);
  }
  return copied as Copied;
}

/** Copies the rows into new tables in one transaction. Returns the seconds until its commit. */
async function copyIn(bare: pg.Client, copied: Copied): Promise<number> {
  for (const [name, { table }] of Object.entries(COPIED)) await bare.query(`CREATE TABLE ${name} (${table})`);
  await bare.query('CHECKPOINT');
  const startedMs = performance.now();
  await bare.query('BEGIN');
  for (const [name, bytes] of Object.entries(copied)) {
    const copy = bare.query(copyFrom(`COPY ${name} FROM STDIN (FORMAT binary)`));
    await pipeline(Readable.from([bytes], { objectMode: false }), copy);
  }
  await bare.query('COMMIT');
  const tookS = (performance.now() - startedMs) / 1_000;
  await bare.query(`DROP TABLE ${Object.keys(COPIED).join(', ')}`);
  return tookS;
}
