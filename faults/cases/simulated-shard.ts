import { planOf, shorten, simulate } from '../../apps/projector/shard-simulator';
import { Findings, type FaultContext, type Verdict } from '../fault';

const SEEDS = { short: 200, full: 10_000 };
const REPORT_EVERY_MS = 10_000;

/** Runs plans from `seed` on through the pure shard function, and the same logs undisturbed. */
export async function run({ seed, short, say }: FaultContext): Promise<Verdict> {
  const findings = new Findings(say);
  const seeds = short ? SEEDS.short : SEEDS.full;
  const startedMs = performance.now();
  let reportedMs = startedMs;
  let records = 0;
  let faults = 0;
  let different = 0;
  for (let at = 0; at < seeds; at++) {
    const plan = planOf(seed + at);
    const outcome = await simulate(plan);
    records += outcome.records;
    faults += plan.faults.length;
    if (outcome.differences.length > 0) {
      different++;
      findings.fail(`seed ${plan.seed}: ${outcome.differences.join('; ')}`);
      say(`shortest form: ${JSON.stringify(await shorten(plan))}`);
      if (different >= 3) break;
    }
    if (performance.now() - reportedMs < REPORT_EVERY_MS) continue;
    reportedMs = performance.now();
    say(`${at + 1} of ${seeds} seeds, ${Math.round((at + 1) / ((reportedMs - startedMs) / 1_000))} a second`);
  }
  findings.count('seeds', seeds);
  findings.count('records', records);
  findings.count('faults', faults);
  findings.must('different', different, 0);
  return findings;
}
