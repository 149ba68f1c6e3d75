import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { BENCHES, type LOAD_RUNS } from '@icmp-mon/infra/testing';
import { serveFleet } from './fleet/serve';
import { runAgentLoad } from './agent-load';
import type { Bench, BenchContext, BenchResult } from './bench';
import { serveBare } from './live/serve-bare';
import { serveClients } from './live/serve-clients';
import { CpuMeter } from './process-cpu';
import { serveSink } from './gateway-sink';
import { LOADS, runLoad } from './load';
import { runOverload, serveBusyLoop } from './overload';
import { runPolicy } from './policy';
import { BenchProduct, type ProductOptions } from './product';
import { runTakeover } from './takeover';
import { runWalk } from './walk';

type BenchName = keyof typeof BENCHES;

/** Program of each bench, loaded on demand. */
const PROGRAMS: Readonly<Record<BenchName, () => Promise<{ run: Bench }>>> = {
  projector: () => import('./projector'),
  ingest: () => import('./ingest'),
  gateway: () => import('./gateway'),
  'quiet-sweep': () => import('./quiet-sweep'),
  cost: () => import('./cost'),
  recovery: () => import('./recovery'),
  agent: () => import('./agent'),
  'agent-cpu': () => import('./agent-cpu'),
  tcp: () => import('./tcp'),
  bytes: () => import('./bytes'),
  events: () => import('./events'),
  live: () => import('./live'),
  list: () => import('./list'),
  assign: () => import('./assign'),
  deltas: () => import('./deltas'),
  history: () => import('./history'),
  bulk: () => import('./bulk'),
  import: () => import('./import'),
  paths: () => import('./paths'),
  'stored-paths': () => import('./stored-paths'),
  commands: () => import('./commands'),
  'false-alarms': () => import('./false-alarms'),
  detect: () => import('./detect'),
};

interface ScenarioOptions {
  targets: number;
  agents: number;
  intervalS: number;
  minutes: number;
}

type Scenario = (context: BenchContext, of: ScenarioOptions) => Promise<BenchResult>;

/** Load runs that follow a scenario instead of a given time. */
const SCENARIOS: Readonly<Record<Exclude<keyof typeof LOAD_RUNS, keyof typeof LOADS>, Scenario>> = {
  takeover: runTakeover,
  overload: runOverload,
  policy: runPolicy,
  walk: runWalk,
  agent: runAgentLoad,
};
const SCENARIO_TARGETS = 100_000;
const SCENARIO_AGENTS = 100;
const SCENARIO_INTERVAL_S = 30;
const SCENARIO_MINUTES = 6;
const PAIRS = 5;
const PAIRS_QUICK = 2;

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    profile: { type: 'boolean', default: false },
    pairs: { type: 'string' },
    agents: { type: 'string' },
    targets: { type: 'string' },
    interval: { type: 'string' },
    minutes: { type: 'string' },
  },
});

if (process.argv[2] === 'fleet') serveFleet();
else if (process.argv[2] === 'busy-loop') serveBusyLoop();
else if (process.argv[2] === 'gateway-sink') serveSink();
else if (process.argv[2] === 'live-clients') serveClients();
else if (process.argv[2] === 'live-bare') serveBare();
else process.exitCode = await main();

async function main(): Promise<number> {
  if (positionals[0] === 'load') return load(positionals[1]);
  // The command has validated the names: infra/commands/measuring.mjs.
  const names = (positionals.includes('all') ? Object.keys(BENCHES) : positionals).filter(isBench);
  const results: BenchResult[] = [];
  const broken: string[] = [];
  for (const name of names) {
    try {
      results.push(await runOne(name));
    } catch (error) {
      if (names.length === 1) throw error;
      broken.push(name);
      printLine(`${name} failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  if (results.length > 1) printTable(results);
  if (values.json) for (const result of results) printLine(JSON.stringify(result));
  return broken.length > 0 || results.some(({ ratio }) => Number.isNaN(ratio)) ? 1 : 0;
}

/** Runs a load: not a comparison, but whether a product sustains it. */
async function load(name: string): Promise<number> {
  if (isScenario(name)) {
    const options = {
      targets: Number(values.targets ?? SCENARIO_TARGETS),
      agents: Number(values.agents ?? SCENARIO_AGENTS),
      intervalS: Number(values.interval ?? SCENARIO_INTERVAL_S),
      minutes: Number(values.minutes ?? SCENARIO_MINUTES),
    };
    const result = await withContext('load', (context) => SCENARIOS[name](context, options));
    if (values.json) printLine(JSON.stringify(result));
    return result['sound'] === true ? 0 : 1;
  }
  if (!Object.hasOwn(LOADS, name)) throw new Error(`There is no load run "${name}".`);
  const form = name as keyof typeof LOADS;
  const usual = LOADS[form];
  const options = {
    form,
    agents: Number(values.agents ?? usual.agents),
    targets: Number(values.targets ?? usual.targets),
    intervalS: Number(values.interval ?? usual.intervalS),
    minutes: Number(values.minutes ?? usual.minutes),
  };
  const result = await withContext('load', (context) => runLoad(context, options));
  if (values.json) printLine(JSON.stringify(result));
  return result['sound'] === true ? 0 : 1;
}

function isScenario(name: string): name is keyof typeof SCENARIOS {
  return Object.hasOwn(SCENARIOS, name);
}

function isBench(name: string): name is BenchName {
  return Object.hasOwn(BENCHES, name);
}

function runOne(name: BenchName): Promise<BenchResult> {
  return withContext(name, async (context) => {
    const { run } = await PROGRAMS[name]();
    return run(context);
  });
}

async function withContext(name: string, work: Bench): Promise<BenchResult> {
  const startedMs = performance.now();
  const dir = path.join(process.env['ICMPMON_BENCH_DIR'] ?? '', name);
  mkdirSync(dir, { recursive: true });
  const cpu = new CpuMeter(process.env['ICMPMON_BENCH_SERVICES'] ?? '');
  const products: BenchProduct[] = [];
  const context: BenchContext = {
    quick: values.quick,
    pairs: Number(values.pairs ?? (values.quick ? PAIRS_QUICK : PAIRS)),
    dir,
    profile: values.profile,
    printLine: printLine,
    cpu,
    async startProduct(options: ProductOptions) {
      const product = await BenchProduct.start(dir, cpu, options);
      products.push(product);
      return product;
    },
  };
  try {
    return { ...(await work(context)), quick: values.quick, tookS: secondsSince(startedMs) };
  } finally {
    for (const product of products) await product.stop();
  }
}

function printTable(results: readonly BenchResult[]): void {
  printLine('');
  printLine(
    `${'bench'.padEnd(16)}${'ratio'.padStart(10)}${'min'.padStart(10)}${'max'.padStart(10)}${'time s'.padStart(10)}`,
  );
  for (const { name, ratio, min, max, tookS } of results) {
    printLine(name.padEnd(16) + [ratio, min, max, tookS].map((value) => String(value).padStart(10)).join(''));
  }
}

function secondsSince(startedMs: number): number {
  return Math.round((performance.now() - startedMs) / 100) / 10;
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
