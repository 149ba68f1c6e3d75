import { planOf, shorten, simulate } from '@icmp-mon/shard/simulator';
import { Findings, type FaultContext, type Verdict } from '../fault';

const SEEDS = { short: 200, full: 10_000 };
const REPORT_EVERY_MS = 10_000;

/** Runs plans, starting with `seed`, through the real shard host over simulated time, log and database. */
export async function run({ seed, short, printLine }: FaultContext): Promise<Verdict> {
  const findings = new Findings(printLine);
  const seeds = short ? SEEDS.short : SEEDS.full;
  const startedMs = performance.now();
  let reportedMs = startedMs;
  let records = 0;
  let faults = 0;
  let failed = 0;
  for (let at = 0; at < seeds; at++) {
    const plan = planOf(seed + at);
    const outcome = await simulate(plan);
    records += outcome.records;
    faults += plan.faults.length;
    if (outcome.violations.length > 0) {
      failed++;
      findings.recordFailure(`seed ${plan.seed}: ${outcome.violations.join('; ')}`);
      printLine(
        `shortest failing plan: ${JSON.stringify(await shorten(plan, async (shorter) => (await simulate(shorter)).violations.length > 0))}`,
      );
      if (failed >= 3) break;
    }
    if (performance.now() - reportedMs < REPORT_EVERY_MS) continue;
    reportedMs = performance.now();
    printLine(`${at + 1} of ${seeds} seeds, ${Math.round((at + 1) / ((reportedMs - startedMs) / 1_000))} per second`);
  }
  findings.recordCount('seeds', seeds);
  findings.recordCount('records', records);
  findings.recordCount('faults', faults);
  findings.must('failed seeds', failed, 0);
  return findings;
}
