import { testDatabase } from '@icmp-mon/platform/testing';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { postgresSeriesTables } from '@icmp-mon/probing/server';
import { SampleStore, SeriesRows } from '@icmp-mon/probing/server/testing';
import type { BenchContext, BenchResult } from './bench';
import { SimulatedAgent } from './fleet/simulated-agent';
import { Tally } from './fleet/tally';
import { rounded, type Round, runPairs } from './pairs';
import { RowCopy } from './row-copy';
import { storedTally } from './stored-tally';

interface Fleet {
  agents: number;
  intervalMs: number;
  targets: number;
  windows: number;
}

/** Bytes per result by part of a row. */
interface Composition {
  total: number;
  rows: number;
  table: number;
  indexes: number;
  toast: number;
  body: number;
  histogram: number;
}

const WINDOW_MS = 300_000;
const SECONDS_PER_WINDOW = WINDOW_MS / 1_000;
const START_MS = Math.floor(Date.UTC(2026, 0, 7) / WINDOW_MS) * WINDOW_MS;
const SHARDS = 8;
/** Windows of a whole day: the fill of index pages depends on how often a target recurs in a chunk. */
const WINDOWS = 288;
const STANDARD: Fleet = { agents: 3, intervalMs: 15_000, targets: 104, windows: WINDOWS };
const QUICK: Fleet = { ...STANDARD, targets: 16 };
/** Fleets with windows of 20, 60, 300 and 1,000 samples. */
const OTHERS: Record<string, Fleet> = {
  '1 agent, 15 s': { agents: 1, intervalMs: 15_000, targets: 104, windows: WINDOWS },
  '1 agent, 5 s': { agents: 1, intervalMs: 5_000, targets: 48, windows: WINDOWS },
  '5 agents, 5 s': { agents: 5, intervalMs: 5_000, targets: 16, windows: WINDOWS },
  '100 agents, 30 s': { agents: 100, intervalMs: 30_000, targets: 16, windows: 48 },
};

const SIZES = `
  SELECT sum(pg_relation_size(chunk)) AS main, sum(pg_indexes_size(chunk)) AS indexes, sum(pg_total_relation_size(chunk)) AS total
  FROM show_chunks($1::regclass) AS chunk`;

/**
 * Bytes on disk per result after folding, including indexes and TOAST, against one indexed row per result, for the same results of 3 agents
 * at 15 s (60 per window). The projector's own store and rows write the windows in its order (shard by shard at the end of each window);
 * they are read back and compared before they count.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const database = await testDatabase('telemetry');
  try {
    const fleet = context.quick ? QUICK : STANDARD;
    const compositions: Composition[] = [];
    const product = async (round: number): Promise<Round> => {
      const stored = await store(database.url, fleet, round);
      compositions.push(stored.composition);
      return { value: stored.composition.total, ...(stored.fault !== undefined && { fault: stored.fault }) };
    };
    const reference = async (round: number): Promise<Round> => ({
      value: await plainBytes(database.url, fleet, round),
    });
    const result = await runPairs(context, { name: 'bytes', unit: 'bytes per result', product, reference });
    const others: Record<string, Composition> = {};
    for (const [name, other] of Object.entries(context.quick ? {} : OTHERS)) {
      others[name] = (await store(database.url, other, 0)).composition;
      context.printLine(`bytes: ${name}: ${JSON.stringify(others[name])}`);
    }
    return { ...result, fleet, composition: compositions.at(-1), others };
  } finally {
    await database.dropDatabase();
  }
}

async function store(
  url: string,
  fleet: Fleet,
  seed: number,
): Promise<{ composition: Composition; fault: string | undefined }> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query('TRUNCATE probe_series, probe_recent, agent_no RESTART IDENTITY');
    for (let agent = 0; agent < fleet.agents; agent++) {
      await client.query("INSERT INTO agent_no (agent_id, name) VALUES ($1, 'simulated')", [agentIdOf(agent)]);
    }
    const agentNumbers = Uint16Array.from({ length: fleet.agents }, (_, agent) => agent + 1);
    const made = new Tally();
    const stores = Array.from({ length: SHARDS }, () => new SampleStore());
    for (let window = 0; window < fleet.windows; window++) {
      generate(fleet, seed, window, made, (agent, key, sampleMs, outcome, rttUs) =>
        stores[key % SHARDS].add(key, 1, sampleMs, agent, outcome, rttUs, true),
      );
      await client.query('BEGIN; SET LOCAL synchronous_commit = off');
      for (let shard = 0; shard < SHARDS; shard++) await fold(client, shard, stores[shard], agentNumbers);
      await client.query('COMMIT');
    }
    await client.query('VACUUM probe_series');
    const composition = await compose(client, made.count);
    const found = await storedTally(url, { fromMs: START_MS, toMs: START_MS + fleet.windows * WINDOW_MS });
    const fault = found.equals(made) ? undefined : `stored ${found}, measured ${made}`;
    return { composition, fault };
  } finally {
    await client.end();
  }
}

async function fold(client: pg.Client, shard: number, samples: SampleStore, agentNumbers: Uint16Array): Promise<void> {
  const rows = new SeriesRows(postgresSeriesTables.openFlush(shard), 0, agentNumbers, samples, new Set());
  for (const window of samples.before(Infinity)) {
    rows.addWindow(window, false);
    samples.dropWindow(window);
  }
  await rows.writeRows(
    {
      query: async <T extends object>(text: string, params?: unknown[]) =>
        (await client.query(text, params)).rows as T[],
      copyBinary: (statement, bytes) =>
        new Promise((resolve, reject) => {
          const copy = client.query(copyFrom(statement));
          copy.once('finish', resolve).once('error', reject).end(bytes);
        }),
    },
    null,
  );
}

async function compose(client: pg.Client, results: number): Promise<Composition> {
  const sizes = (await client.query(SIZES, ['probe_series'])).rows[0] as Record<string, string>;
  const { rows } = await client.query<{ count: string; body: string; histogram: string }>(
    'SELECT count(*), sum(octet_length(body)) AS body, sum(octet_length(histogram)) AS histogram FROM probe_series',
  );
  const [main, indexes, total] = [sizes['main'], sizes['indexes'], sizes['total']].map(Number);
  const each = (bytes: number): number => rounded(bytes / results);
  return {
    total: each(total),
    rows: Number(rows[0].count),
    table: each(main),
    indexes: each(indexes),
    toast: each(total - main - indexes),
    body: each(Number(rows[0].body)),
    histogram: each(Number(rows[0].histogram)),
  };
}

async function plainBytes(url: string, fleet: Fleet, seed: number): Promise<number> {
  const rows = new RowCopy();
  const made = new Tally();
  for (let window = 0; window < fleet.windows; window++) {
    generate(fleet, seed, window, made, (agent, key, sampleMs, outcome, rttUs) =>
      rows.add(key, agent + 1, sampleMs, outcome, rttUs),
    );
  }
  let bytes = 0;
  await rows.copyInto(url, async (client) => {
    await client.query('VACUUM plain_result');
    bytes = Number((await client.query(SIZES, ['plain_result'])).rows[0].total);
  });
  return bytes / made.count;
}

type Visit = (agent: number, key: number, sampleMs: number, outcome: number, rttUs: number) => void;

/** Generates the results of one window in the order of measurement: second by second, agent by agent. */
function generate(fleet: Fleet, seed: number, window: number, tally: Tally, visit: Visit): void {
  const targets = Array.from({ length: fleet.targets }, (_, at) => ({
    key: at + 1,
    intervalMs: fleet.intervalMs,
    check: 1,
  }));
  const agents = Array.from(
    { length: fleet.agents },
    (_, at) => new SimulatedAgent(agentIdOf(at), targets, SHARDS, seed * 1_000 + window),
  );
  for (let second = 0; second < SECONDS_PER_WINDOW; second++) {
    const secondMs = START_MS + window * WINDOW_MS + second * 1_000;
    agents.forEach((agent, at) =>
      agent.resultsOfSecond(secondMs, tally, (key, sampleMs, outcome, rttUs) =>
        visit(at, key, sampleMs, outcome, rttUs),
      ),
    );
  }
}

function agentIdOf(agent: number): string {
  return `0199d3a0-7c1e-7b52-9c1d-${String(agent + 1).padStart(12, '0')}`;
}
