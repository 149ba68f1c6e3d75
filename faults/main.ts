import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { seeded } from '@icmp-mon/shard/engine/testing';
import type { Fault, FaultContext, Verdict } from './fault';
import { Installation } from './installation';

/** Name of a fault, that of its file → what it does; loaded when it is asked for. Without names all run, in this order. */
const FAULTS: Readonly<Record<string, { what: string; load: () => Promise<Fault> }>> = {
  'kill-processes': { what: 'SIGKILL of each process', load: () => import('./cases/kill-processes') },
  'kill-services': { what: 'SIGKILL of Kafka, PostgreSQL, Redis', load: () => import('./cases/kill-services') },
  'zombie-projector': { what: 'a projector stopped past its lease', load: () => import('./cases/zombie-projector') },
  'cut-off-agents': { what: 'an agent cut off for hours', load: () => import('./cases/cut-off-agents') },
  'damaged-spool': { what: 'a spool that is full or damaged', load: () => import('./cases/damaged-spool') },
  'full-disks': { what: 'full disks', load: () => import('./cases/full-disks') },
  'poison-messages': { what: 'poison on each topic', load: () => import('./cases/poison-messages') },
  'bad-uploads': { what: 'bad blocks, repeats, clones', load: () => import('./cases/bad-uploads') },
  'killed-relay': { what: 'the relay killed, writers late', load: () => import('./cases/killed-relay') },
  'concurrent-commands': { what: 'commands at once', load: () => import('./cases/concurrent-commands') },
  'rebuild-under-writes': {
    what: 'read models rebuilt under writes',
    load: () => import('./cases/rebuild-under-writes'),
  },
  'mixed-versions': { what: 'versions apart, rolling restart', load: () => import('./cases/mixed-versions') },
  'wrong-clocks': { what: 'agents with wrong clocks', load: () => import('./cases/wrong-clocks') },
  'bad-network': { what: 'a bad network to the gateway', load: () => import('./cases/bad-network') },
  'stopped-processes': {
    what: 'each process stopped: what pages say',
    load: () => import('./cases/stopped-processes'),
  },
  'simulated-shard': { what: 'the shard simulated from seeds', load: () => import('./cases/simulated-shard') },
  'greedy-agent': { what: 'an agent that takes more than its share', load: () => import('./cases/greedy-agent') },
  'thin-line': { what: 'a line that carries little', load: () => import('./cases/thin-line') },
  'stolen-identities': { what: 'stolen tokens, keys and names', load: () => import('./cases/stolen-identities') },
  'unfinished-bodies': { what: 'logins whose bodies never end', load: () => import('./cases/unfinished-bodies') },
  'guessed-passwords': { what: 'passwords guessed from many places', load: () => import('./cases/guessed-passwords') },
};

const TARGETS = { short: 100, full: 1_000 };
/** The fault that fills disks needs small ones from the start. */
const FULL_DISKS = 'full-disks';
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
  name: string;
  what: string;
  seconds: number;
}

process.exitCode = await main();

async function main(): Promise<number> {
  const unknown = positionals.filter((name) => !Object.hasOwn(FAULTS, name));
  if (unknown.length > 0) {
    say(`There is no fault ${unknown.join(', ')}. There are: ${Object.keys(FAULTS).join(', ')}.`);
    return 2;
  }
  const names = positionals.length > 0 ? positionals : Object.keys(FAULTS);
  const seed = Number(values.seed ?? Date.now() % 1_000_000);
  let shared: Installation | undefined;
  const installation = async (log: (line: string) => void): Promise<Installation> => {
    const disks = names.includes(FULL_DISKS) ? { disks: DISKS } : {};
    const form = values.short ? 'short' : 'full';
    const options = { name: 'faults', targets: TARGETS[form], measureEveryMs: MEASURE_EVERY_MS[form], ...disks };
    return (shared ??= await Installation.start(options, log));
  };
  const results: Result[] = [];
  try {
    for (const name of names) results.push(await runFault(name, seed, installation));
  } finally {
    await shared?.stop();
  }
  printTable(results, seed);
  return results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

async function runFault(
  name: string,
  seed: number,
  installation: (log: (line: string) => void) => Promise<Installation>,
): Promise<Result> {
  const { what, load } = FAULTS[name];
  const startedMs = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedMs) / 100) / 10;
  const log = (line: string): void => say(`${String(seconds().toFixed(1)).padStart(7)} s  ${line}`);
  say(`\n${name}: ${what}. Seed ${seed}${values.short ? ', short form' : ''}.`);
  const context: FaultContext = {
    seed,
    short: values.short,
    random: seeded(seed + Object.keys(FAULTS).indexOf(name)),
    say: log,
    installation: () => installation(log),
  };
  try {
    const { run } = await load();
    const { counts, failures } = await run(context);
    return { name, what, seconds: seconds(), counts, failures };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log(`NOT AS PROMISED: it ended with ${failure}`);
    return { name, what, seconds: seconds(), counts: {}, failures: [failure.split('\n')[0] ?? failure] };
  }
}

function printTable(results: readonly Result[], seed: number): void {
  if (values.json) for (const result of results) say(JSON.stringify({ ...result, seed }));
  say('');
  for (const { name, what, seconds, counts, failures } of results) {
    const verdict = failures.length === 0 ? 'as promised' : `NOT AS PROMISED: ${failures.join('; ')}`;
    const figures = Object.entries(counts).map(([name, value]) => `${name} ${value}`);
    say(`${name.padEnd(21)} ${what.padEnd(38)} ${seconds.toFixed(0).padStart(5)} s  ${verdict}`);
    if (figures.length > 0) say(`      ${figures.join(' · ')}`);
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
