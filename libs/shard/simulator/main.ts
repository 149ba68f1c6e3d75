import { parseArgs } from 'node:util';
import type { Plan } from './plan';
import { planOf } from './plan-of-seed';
import { shorten } from './shorten';
import { simulate } from './simulate';

const REPORT_EVERY_MS = 10_000;
const SEEDS = 10_000;
const VIOLATION_LENGTH_MAX = 100;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string' },
    from: { type: 'string' },
    seed: { type: 'string' },
    /** JSON, as printed for a seed that failed. */
    plan: { type: 'string' },
    /** Ends at the first violation, without searching for the shortest plan, and prints only the seed. */
    first: { type: 'boolean' },
  },
});

const fails = async (plan: Plan): Promise<boolean> => (await simulate(plan)).violations.length > 0;

async function report(seed: number, violations: readonly string[]): Promise<void> {
  console.log(`seed ${seed}: ${violations.join('\n  ')}`);
  console.log(`  repeat with: npm run simulate -- --seed ${seed}`);
  console.log(`  shortest plan: npm run simulate -- --plan '${JSON.stringify(await shorten(planOf(seed), fails))}'`);
}

async function runPlan(plan: Plan): Promise<number> {
  const { violations, records, commits } = await simulate(plan);
  console.log(
    `plan: ${violations.length === 0 ? 'no violation' : violations.join('\n  ')}; ${records} records, ${commits} commits`,
  );
  return violations.length > 0 ? 1 : 0;
}

async function run(from: number, seeds: number): Promise<number> {
  const startedMs = performance.now();
  let reportedMs = startedMs;
  const sums = { failed: 0, records: 0, virtualMs: 0, faults: 0, takeovers: 0, commits: 0 };
  for (let seed = from; seed < from + seeds; seed++) {
    const plan = planOf(seed);
    const outcome = await simulate(plan);
    sums.records += outcome.records;
    sums.virtualMs += outcome.lastedMs;
    sums.faults += plan.faults.length;
    sums.takeovers += outcome.takeovers;
    sums.commits += outcome.commits;
    if (outcome.violations.length > 0) {
      sums.failed++;
      if (values.first) {
        console.log(
          JSON.stringify({
            seed,
            tried: seed - from + 1,
            violation: outcome.violations[0].split('\n')[0].slice(0, VIOLATION_LENGTH_MAX),
          }),
        );
        return 1;
      }
      await report(seed, outcome.violations);
    }
    if (values.first || performance.now() - reportedMs < REPORT_EVERY_MS) continue;
    reportedMs = performance.now();
    const perS = (seed - from + 1) / ((reportedMs - startedMs) / 1_000);
    console.log(`${seed - from + 1} of ${seeds} seeds, ${perS.toFixed(1)} per second, ${sums.failed} failed`);
  }
  if (values.first) console.log(JSON.stringify({ seed: null, tried: seeds, violation: null }));
  else {
    console.log(
      `${seeds} seeds from ${from}: ${sums.failed} failed; ${sums.records} records, ${sums.faults} faults, ` +
        `${sums.takeovers} takeovers, ${sums.commits} commits, ${(sums.virtualMs / 3_600_000).toFixed(1)} hours simulated ` +
        `in ${((performance.now() - startedMs) / 1_000).toFixed(0)} s`,
    );
  }
  return sums.failed > 0 ? 1 : 0;
}

const [from, seeds] = values.seed
  ? [Number(values.seed), 1]
  : [Number(values.from ?? 1), Number(values.seeds ?? SEEDS)];
process.exitCode = values.plan ? await runPlan(JSON.parse(values.plan) as Plan) : await run(from, seeds);
