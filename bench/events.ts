import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import { eventReplay, type ReadModel, rebuild } from '@icmp-mon/platform/rebuild';
import { testDatabase } from '@icmp-mon/platform/testing';
import type { RegisterTargetRequest } from '@icmp-mon/targets/contract';
import { TARGET } from '@icmp-mon/targets/server';
import pg from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import type { BenchContext, BenchResult } from './bench';
import { type Round, runPairs } from './pairs';
import { plausibleTargets, Registration } from './registration';

const COMMANDS = 20_000;
const COMMANDS_QUICK = 5_000;
const ROWS_PER_INSERT = 1_000;
const REPLAYED = 100_000;
const REPLAYED_QUICK = 20_000;
const INVENTORY_COLUMNS = ['key', 'id', 'ip', 'vrf', 'name', 'tags', 'tier', 'version', 'registered_at'];

const INSERT_EVENTS = `
  INSERT INTO event (id, stream, version, type, data, metadata)
  SELECT * FROM unnest($1::uuid[], $2::text[], $3::integer[], $4::text[], $5::jsonb[], $6::jsonb[])`;
const INSERT_LIST = `
  INSERT INTO target_list (key, id, ip, vrf, name, tags, tier, version, registered_at)
  SELECT *, 1, now() FROM unnest($1::integer[], $2::uuid[], $3::inet[], $4::text[], $5::text[], $6::jsonb[], $7::text[])`;

/**
 * Append: RegisterTarget through its handler (address, tier, uniqueness, decision, event, read model, commit) by 500 concurrent callers that
 * each wait for their response; against hand-written INSERTs of the same rows (events and list), 1,000 per statement and transaction.
 * `appendEventsOnly` compares with INSERTs of the events alone.
 *
 * Replay: the rebuild of the inventory, from empty tables to the comparison with the live ones; against COPY of the same events to a sink
 * that discards them.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const product = await testDatabase('control');
  const reference = await testDatabase('control');
  const control = new ControlDatabase({ url: product.url });
  const watch = new pg.Client({ connectionString: product.url });
  const bare = new pg.Client({ connectionString: reference.url });
  await Promise.all([watch.connect(), bare.connect()]);
  try {
    const append = await benchAppend(context, control, watch, bare);
    const replay = await benchReplay(context, control, watch);
    return { ...append, name: 'events', ratioOf: 'append', replay };
  } finally {
    await Promise.all([watch.end(), bare.end(), control.close()]);
    await Promise.all([product.dropDatabase(), reference.dropDatabase()]);
  }
}

async function benchAppend(
  context: BenchContext,
  control: ControlDatabase,
  watch: pg.Client,
  bare: pg.Client,
): Promise<BenchResult> {
  const commands = context.quick ? COMMANDS_QUICK : COMMANDS;
  const registration = await Registration.on(control);
  const requestsOf = (round: number): RegisterTargetRequest[] => plausibleTargets(commands, round * commands);
  let bareKey = 0;
  const eventsOnly: number[] = [];
  const result = await runPairs(context, {
    name: 'events: append',
    unit: 'commands/s',
    async product(round): Promise<Round> {
      const requests = requestsOf(round);
      const counts = `SELECT (SELECT count(*) FROM event WHERE type = 'TargetRegistered') AS events,
        (SELECT count(*) FROM target_list) AS listed`;
      const cpu = context.cpu.startMeasuring();
      const startedMs = performance.now();
      const views = await registration.register(requests);
      const tookS = (performance.now() - startedMs) / 1_000;
      const cpuSeconds = cpu();
      const { rows } = await watch.query<{ events: string; listed: string }>(counts);
      const expected = (round + 1) * commands;
      const answered = new Set(views.map(({ key }) => key)).size === commands;
      const sound = Number(rows[0].events) === expected && Number(rows[0].listed) === expected && answered;
      return {
        value: commands / tookS,
        cpuSeconds,
        ...(!sound && { fault: `expected ${expected}, found ${JSON.stringify(rows[0])}, all answered: ${answered}` }),
      };
    },
    async reference(round): Promise<Round> {
      const batches = bareBatches(requestsOf(round), bareKey);
      bareKey += commands;
      const eventsMs = await timed(async () => {
        for (const { events } of bareBatches(requestsOf(round), 0)) await bare.query(INSERT_EVENTS, events);
      });
      eventsOnly.push(commands / (eventsMs / 1_000));
      const tookMs = await timed(async () => {
        for (const { events, list } of batches) {
          await bare.query('BEGIN');
          await bare.query(INSERT_EVENTS, events);
          await bare.query(INSERT_LIST, list);
          await bare.query('COMMIT');
        }
      });
      return { value: commands / (tookMs / 1_000) };
    },
  });
  const appendEventsOnly = result.pairs.map(({ product }, at) => product / eventsOnly[at + 1]);
  context.printLine(
    `events: append against the events alone: ${appendEventsOnly.map((ratio) => ratio.toFixed(3)).join(' ')}`,
  );
  return { ...result, appendEventsOnly, commands };
}

/** Returns the rows of registrations as columns; computed before the clock starts. */
function bareBatches(requests: RegisterTargetRequest[], fromKey: number): { events: unknown[]; list: unknown[] }[] {
  const metadata = JSON.stringify({ actor: 'system:bench', causationId: null, correlationId: newId() });
  const rows = requests.map(({ ip, tier, name = null, tags }, at) => {
    const targetId = newId();
    const data = { targetId, key: fromKey + at + 1, ip, vrf: 'default', name, tags, tier };
    const event = [newId(), `target-${targetId}`, 1, 'TargetRegistered', JSON.stringify(data), metadata];
    return { event, list: [data.key, targetId, ip, data.vrf, name, JSON.stringify(tags), tier] };
  });
  const columns = (table: unknown[][]): unknown[] => table[0].map((_, column) => table.map((row) => row[column]));
  return Array.from({ length: Math.ceil(rows.length / ROWS_PER_INSERT) }, (_, nr) => {
    const part = rows.slice(nr * ROWS_PER_INSERT, (nr + 1) * ROWS_PER_INSERT);
    return { events: columns(part.map(({ event }) => event)), list: columns(part.map(({ list }) => list)) };
  });
}

async function benchReplay(context: BenchContext, control: ControlDatabase, watch: pg.Client): Promise<BenchResult> {
  const { rows } = await watch.query<{ events: string }>(
    "SELECT count(*) AS events FROM event WHERE type = 'TargetRegistered'",
  );
  const wanted = context.quick ? REPLAYED_QUICK : REPLAYED;
  const missing = Math.max(0, wanted - Number(rows[0].events));
  // Addresses from the far end of the range, which the appends did not use.
  if (missing > 0) await (await Registration.on(control)).register(plausibleTargets(missing, 8_000_000));
  await watch.query('VACUUM ANALYZE event');
  const replay = eventReplay(control, TARGET);
  const model: ReadModel<number> = {
    name: 'bench_inventory',
    source: 'the event store',
    tables: [{ name: 'target_list', key: ['key'], columns: INVENTORY_COLUMNS }],
    ...replay,
    // The same function with which the target list is rebuilt.
    fillWithoutKeys: (sql, from) => replay.applyNext(sql, from, false),
  };
  return runPairs(context, {
    name: 'events: replay',
    unit: 'events/s',
    async product(): Promise<Round> {
      const cpu = context.cpu.startMeasuring();
      const { steps, seconds, differences, tables } = await rebuild(model, {
        database: control,
        replace: false,
        report: () => undefined,
      });
      const sound = differences.length === 0 && tables[0].rebuilt.rows === tables[0].live.rows && steps >= wanted;
      return {
        value: steps / seconds,
        cpuSeconds: cpu(),
        ...(!sound && { fault: `${steps} events, ${JSON.stringify({ differences, tables })}` }),
      };
    },
    async reference(): Promise<Round> {
      const counted = await watch.query<{ events: string }>('SELECT count(*) AS events FROM event');
      const sink = new Writable({ write: (_chunk, _encoding, done) => done() });
      const copy = copyTo('COPY (SELECT * FROM event ORDER BY position) TO STDOUT');
      const tookMs = await timed(() => pipeline(watch.query(copy), sink));
      return { value: Number(counted.rows[0].events) / (tookMs / 1_000) };
    },
  });
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}
