import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { FAULTS } from '@icmp-mon/infra/testing';
import { seeded } from '@icmp-mon/shard/engine/testing';
import type { Fault, FaultContext, Verdict } from './fault';
import { Installation } from './installation';

/** Program of each fault, loaded on demand. */
const PROGRAMS: Readonly<Record<keyof typeof FAULTS, () => Promise<Fault>>> = {
  'kill-processes': () => import('./cases/kill-processes'),
  'kill-services': () => import('./cases/kill-services'),
  'zombie-projector': () => import('./cases/zombie-projector'),
  'disconnected-agents': () => import('./cases/disconnected-agents'),
  'damaged-spool': () => import('./cases/damaged-spool'),
  'full-disks': () => import('./cases/full-disks'),
  'poison-messages': () => import('./cases/poison-messages'),
  'bad-uploads': () => import('./cases/bad-uploads'),
  'killed-relay': () => import('./cases/killed-relay'),
  'concurrent-commands': () => import('./cases/concurrent-commands'),
  'rebuild-under-writes': () => import('./cases/rebuild-under-writes'),
  'mixed-versions': () => import('./cases/mixed-versions'),
  'wrong-clocks': () => import('./cases/wrong-clocks'),
  'bad-network': () => import('./cases/bad-network'),
  'stopped-processes': () => import('./cases/stopped-processes'),
  'simulated-shard': () => import('./cases/simulated-shard'),
  'greedy-agent': () => import('./cases/greedy-agent'),
  'thin-line': () => import('./cases/thin-line'),
  'stolen-identities': () => import('./cases/stolen-identities'),
  'unfinished-bodies': () => import('./cases/unfinished-bodies'),
  'guessed-passwords': () => import('./cases/guessed-passwords'),
  'fuzzed-api': () => import('./cases/fuzzed-api'),
};

const isFault = (name: string): name is keyof typeof FAULTS => Object.hasOwn(FAULTS, name);

const TARGETS = { short: 100, full: 1_000 };
/** Fault that needs disks of limited size from the start. */
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
  // The command has validated the names: infra/commands/measuring.mjs.
  const names = (positionals.length > 0 ? positionals : Object.keys(FAULTS)).filter(isFault);
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
  name: keyof typeof FAULTS,
  seed: number,
  installation: (log: (line: string) => void) => Promise<Installation>,
): Promise<Result> {
  const what = FAULTS[name];
  const startedMs = performance.now();
  const seconds = (): number => Math.round((performance.now() - startedMs) / 100) / 10;
  const log = (line: string): void => printLine(`${String(seconds().toFixed(1)).padStart(7)} s  ${line}`);
  printLine(`\n${name}: ${what}. Seed ${seed}${values.short ? ', short version' : ''}.`);
  const context: FaultContext = {
    seed,
    short: values.short,
    random: seeded(seed + Object.keys(FAULTS).indexOf(name)),
    printLine: log,
    installation: () => installation(log),
  };
  try {
    const { run } = await PROGRAMS[name]();
    const { counts, failures } = await run(context);
    return { name, what, seconds: seconds(), counts, failures };
  } catch (error) {
    const failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log(`FAILED: ${failure}`);
    return { name, what, seconds: seconds(), counts: {}, failures: [failure.split('\n')[0] ?? failure] };
  }
}

function printTable(results: readonly Result[], seed: number): void {
  if (values.json) for (const result of results) printLine(JSON.stringify({ ...result, seed }));
  printLine('');
  for (const { name, what, seconds, counts, failures } of results) {
    const verdict = failures.length === 0 ? 'passed' : `FAILED: ${failures.join('; ')}`;
    const figures = Object.entries(counts).map(([name, value]) => `${name} ${value}`);
    printLine(`${name.padEnd(21)} ${what.padEnd(38)} ${seconds.toFixed(0).padStart(5)} s  ${verdict}`);
    if (figures.length > 0) printLine(`      ${figures.join(' · ')}`);
  }
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
