// Measures the running product on this machine: idle, and under load.
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withClient } from '../database-client.mjs';
import { agentCounts, storedCounts } from './counts.mjs';
import { usageOf } from './process-usage.mjs';
import { measureTraces } from './measure-traces.mjs';
import { Api, readAccess, until } from './product.mjs';
import { stateDir } from '../paths.mjs';
import { readJson } from '../private-file.mjs';
import { print } from '../output.mjs';

/** @typedef {{ name: string, cpuPercent: number, memoryMiB: number }} Row */

const FAST_INTERVAL_S = 5;
const CONCURRENT_REQUESTS = 4;
const SETTLE_MS = 20_000;
const MIB = 1024 * 1024;
const IDLE_S = 120;
const LOAD_S = 300;
const TARGETS = 1_000;

const accessFile = join(stateDir, 'access.json');
const access = readAccess(accessFile);
const api = new Api(access);

function pids() {
  const { processes } = readAccess(accessFile);
  const named = Object.entries(processes).map(([name, { pid }]) => [name, pid]);
  const supervisor = readJson(join(stateDir, 'supervisor.json'))?.supervisor?.pid;
  return supervisor ? [...named, ['supervisor', supervisor]] : named;
}

/**
 * Returns CPU (percent of one core) and memory of each process over some seconds.
 * @param {number} seconds
 */
async function measureProcesses(seconds) {
  const named = pids();
  const roots = named.map(([, pid]) => pid);
  const before = usageOf(roots);
  const from = performance.now();
  for (let left = seconds; left > 0; left -= 30) {
    await pause(Math.min(30, left) * 1_000);
    if (left > 30) print(`   ${left - 30} s to go`);
  }
  const after = usageOf(roots);
  const elapsedS = (performance.now() - from) / 1_000;
  // The supervisor is the parent of the others; usageOf leaves their figures out of its own.
  const rows = named.map(([name, pid]) => ({
    name,
    cpuPercent: (((after.get(pid)?.cpuS ?? 0) - (before.get(pid)?.cpuS ?? 0)) / elapsedS) * 100,
    memoryMiB: (after.get(pid)?.memoryBytes ?? 0) / MIB,
  }));
  /** @param {'cpuPercent' | 'memoryMiB'} field */
  const total = (field) => rows.reduce((sum, row) => sum + row[field], 0);
  return [...rows, { name: 'all', cpuPercent: total('cpuPercent'), memoryMiB: total('memoryMiB') }];
}

/** @param {Row[]} rows */
function printRows(rows) {
  print('   process       CPU % of a core   memory MiB');
  for (const { name, cpuPercent, memoryMiB } of rows) {
    print(`   ${name.padEnd(12)}${cpuPercent.toFixed(1).padStart(14)}${memoryMiB.toFixed(0).padStart(15)}`);
  }
}

/**
 * @template T
 * @param {readonly T[]} items
 * @param {(item: T) => Promise<unknown>} work
 */
async function inParallel(items, work) {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: CONCURRENT_REQUESTS }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
    }),
  );
}

/** @param {number} count */
const addressesOf = (count) => Array.from({ length: count }, (_, at) => `127.1.${at >> 8}.${at & 255}`);

/**
 * @param {string[]} addresses
 * @param {Date} from
 * @param {Date} to
 */
async function countResults(addresses, from, to) {
  const keys = await withClient(access.controlDatabaseUrl, async (control) => {
    const { rows } = await control.query('SELECT key FROM target_list WHERE ip = ANY($1::inet[])', [addresses]);
    return rows.map(({ key }) => key);
  });
  const outcomes = await withClient(access.telemetryDatabaseUrl, async (telemetry) => {
    const { rows } = await telemetry.query(
      `SELECT outcome, count(*)::integer AS results FROM probe_result
       WHERE target_key = ANY($1::integer[]) AND at >= $2 AND at < $3 GROUP BY outcome`,
      [keys, from, to],
    );
    return rows;
  });
  return Object.fromEntries(outcomes.map(({ outcome, results }) => [outcome, results]));
}

/** @param {number} seconds */
async function idle(seconds) {
  const { total } = await api.get('/targets?limit=1');
  print(`Idle: ${total} targets, ${seconds} s`);
  return { rows: await measureProcesses(seconds), targets: total };
}

/**
 * @param {number} seconds
 * @param {number} targets
 */
async function load(seconds, targets) {
  const addresses = addressesOf(targets);
  print(`Load: ${addresses.length} targets at the tier fast (each ${FAST_INTERVAL_S} s), ${seconds} s`);
  const began = performance.now();
  await inParallel(addresses, (ip) => api.call('POST', '/targets', { ip, tier: 'fast' }));
  print(`   registered in ${((performance.now() - began) / 1_000).toFixed(1)} s`);
  const [agent] = (await api.get('/agents')).items;
  const assigned = async () => (await api.get('/agents')).items[0].assignedTargets >= addresses.length;
  await until('the agent has the targets', assigned, 120_000);
  await pause(SETTLE_MS);
  const from = new Date();
  const rows = await measureProcesses(seconds);
  const to = new Date(from.getTime() + seconds * 1_000);
  await pause(SETTLE_MS);
  const outcomes = await countResults(addresses, from, to);
  print('   removing the targets');
  await inParallel(addresses, (ip) => api.call('DELETE', `/targets/${ip}`));
  await pause(SETTLE_MS);
  const counts = await agentCounts(readAccess(accessFile).processes.agent.opsUrl);
  const { duplicates } = await storedCounts(access.telemetryDatabaseUrl, agent.id);
  const stored = Object.values(outcomes).reduce((sum, results) => sum + results, 0);
  const expected = (addresses.length * seconds) / FAST_INTERVAL_S;
  const lost = stored - (outcomes.reply ?? 0);
  print(`   results expected ${expected}, stored ${stored}, duplicates ${duplicates}`);
  print(`   false loss ${lost} (${((lost / Math.max(1, stored)) * 100).toFixed(4)} %), ${JSON.stringify(outcomes)}`);
  print(`   agent: dropped ${counts.dropped}, quarantined ${counts.quarantined}`);
  return { rows, expected, stored, duplicates: Number(duplicates), outcomes };
}

/**
 * @param {string} name `idle`, `load` or `traces`
 * @param {{ seconds: number | undefined, targets: number | undefined, target: string | undefined, json: boolean }} options
 */
export async function measure(name, { seconds, targets = TARGETS, target, json }) {
  if (name === 'traces') {
    const traces = await measureTraces(api, target);
    if (json) print(JSON.stringify({ name, ...traces }));
    return;
  }
  const result = name === 'load' ? await load(seconds ?? LOAD_S, targets) : await idle(seconds ?? IDLE_S);
  printRows(result.rows);
  if (json) print(JSON.stringify({ name, ...result }));
}
