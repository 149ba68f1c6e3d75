import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { seeded } from '@icmp-mon/shard/engine/testing';
import type { FaultContext, FaultRow, Verdict } from './fault';
import { Installation } from './installation';

/** Row of docs/faults.md → what it is called and where it is; loaded when asked for. */
const ROWS: Readonly<Record<string, { what: string; load: () => Promise<FaultRow> }>> = {
  1: { what: 'SIGKILL of each process', load: () => import('./cases/kill-processes') },
  2: { what: 'SIGKILL of Kafka, PostgreSQL, Redis', load: () => import('./cases/kill-services') },
  3: { what: 'a projector stopped past its lease', load: () => import('./cases/zombie-projector') },
  4: { what: 'an agent cut off for hours', load: () => import('./cases/cut-off-agents') },
  5: { what: 'a spool that is full or damaged', load: () => import('./cases/damaged-spool') },
  6: { what: 'full disks', load: () => import('./cases/full-disks') },
  7: { what: 'poison on each topic', load: () => import('./cases/poison-messages') },
  8: { what: 'bad blocks, repeats, clones', load: () => import('./cases/bad-uploads') },
  9: { what: 'the relay killed, writers late', load: () => import('./cases/killed-relay') },
  10: { what: 'commands at once', load: () => import('./cases/concurrent-commands') },
  11: { what: 'read models rebuilt under writes', load: () => import('./cases/rebuild-under-writes') },
  12: { what: 'versions apart, rolling restart', load: () => import('./cases/mixed-versions') },
  13: { what: 'agents with wrong clocks', load: () => import('./cases/wrong-clocks') },
  14: { what: 'a bad network to the gateway', load: () => import('./cases/bad-network') },
  15: { what: 'each process stopped: what pages say', load: () => import('./cases/stopped-processes') },
  23: { what: 'the shard simulated from seeds', load: () => import('./cases/simulated-shard') },
  25: { what: 'an agent that takes more than its share', load: () => import('./cases/greedy-agent') },
  26: { what: 'a line that carries little', load: () => import('./cases/thin-line') },
  27: { what: 'stolen tokens, keys and names', load: () => import('./cases/stolen-identities') },
  30: { what: 'logins whose bodies never end', load: () => import('./cases/unfinished-bodies') },
  31: { what: 'passwords guessed from many places', load: () => import('./cases/guessed-passwords') },
};

const TARGETS = { short: 100, full: 1_000 };
/** The row that fills disks needs small ones from the start. */
const FULL_DISKS_ROW = '6';
const DISKS = { databasesMib: 3_072, kafkaMib: 1_536 };
const MEASURE_EVERY_MS = { short: 1_000, full: 250 };

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: 'string' },
    short: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});

interface Result extends Verdict {
  row: string;
  what: string;
  seconds: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const unknown = positionals.filter((row) => !Object.hasOwn(ROWS, row));
  if (unknown.length > 0) {
    say(`There is no row ${unknown.join(', ')}. There are: ${Object.keys(ROWS).join(', ')}.`);
    return 2;
  }
  const rows = positionals.length > 0 ? positionals : Object.keys(ROWS);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  let shared: Installation | undefined;
  const installation = async (log: (line: string) => void): Promise<Installation> => {
    const disks = rows.includes(FULL_DISKS_ROW) ? { disks: DISKS } : {};
    const form = values.short ? 'short' : 'full';
    const options = { name: 'faults', targets: TARGETS[form], measureEveryMs: MEASURE_EVERY_MS[form], ...disks };
    return (shared ??= await Installation.start(options, log));
  };
  const results: Result[] = [];
  try {
    for (const row of rows) results.push(await runRow(row, seed, installation));
  } finally {
    await shared?.stop();
  }
  printTable(results, seed);
  return results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

async function runRow(
  row: string,
  seed: number,
  installation: (log: (line: string) => void) => Promise<Installation>,
): Promise<Result> {
  const { what, load } = ROWS[row];
  const startedMs = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedMs) / 100) / 10;
  const log = (line: string): void => say(`${String(seconds().toFixed(1)).padStart(7)} s  ${line}`);
  say(`\nRow ${row}: ${what}. Seed ${seed}${values.short ? ', short form' : ''}.`);
  const context: FaultContext = {
    seed,
    short: values.short,
    random: seeded(seed + Number(row)),
    say: log,
    installation: () => installation(log),
  };
  try {
    const { run } = await load();
    const { counts, failures } = await run(context);
    return { row, what, seconds: seconds(), counts, failures };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log(`NOT AS PROMISED: it ended with ${failure}`);
    return { row, what, seconds: seconds(), counts: {}, failures: [failure.split('\n')[0] ?? failure] };
  }
}

function printTable(results: readonly Result[], seed: number): void {
  if (values.json) for (const result of results) say(JSON.stringify({ ...result, seed }));
  say('');
  for (const { row, what, seconds, counts, failures } of results) {
    const verdict = failures.length === 0 ? 'as promised' : `NOT AS PROMISED: ${failures.join('; ')}`;
    const figures = Object.entries(counts).map(([name, value]) => `${name} ${value}`);
    say(`${row.padStart(3)} ${what.padEnd(38)} ${seconds.toFixed(0).padStart(5)} s  ${verdict}`);
    if (figures.length > 0) say(`      ${figures.join(' · ')}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
