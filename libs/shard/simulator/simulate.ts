import { auditChecks } from './audit-checks';
import { auditPairChanges } from './audit-pair-changes';
import { Cluster } from './cluster';
import { scheduleHostFaults } from './host-faults';
import { INTERVAL_MS, simulateLog, type SimulatedLog } from './log-simulation';
import { isHostFault, type Plan } from './plan';
import { differenceOf, differencesOf, endingOf, PlainFold } from './undisturbed';

/** Time after the last fault and the last record within which everything has to be settled, in ms. */
const RECOVERY_MS_MAX = 120_000;

export interface Outcome {
  seed: number;
  records: number;
  /** Virtual duration, in ms. */
  lastedMs: number;
  takeovers: number;
  commits: number;
  /** Descriptions of violated invariants; empty if there are none. */
  violations: string[];
}

/**
 * Runs a plan: projectors with the product's shard host, over simulated time, log and database. At each checkpoint and at the end, the
 * state has to equal that of a plain fold over the same log, and the stored rows those of the log without its disturbances.
 */
export async function simulate(plan: Plan): Promise<Outcome> {
  const logs = Array.from({ length: plan.shards }, (_, shard) => simulateLog(plan, shard));
  const cluster = new Cluster(plan, logs);
  const records = logs.reduce((sum, log) => sum + log.records.length, 0);
  plan.hostStartsMs.forEach((atMs, slot) => cluster.world.scheduleEvent(atMs, () => cluster.start(slot)));
  const faultsEndMs = scheduleHostFaults(cluster, plan.faults.filter(isHostFault));
  const logEndsMs = plan.logSpeed === 0 ? 0 : (plan.seconds / plan.logSpeed) * 1_000;
  const endMs = Math.max(faultsEndMs, logEndsMs, ...plan.hostStartsMs) + RECOVERY_MS_MAX;
  const isSettled = await cluster.runUntilSettled(faultsEndMs, endMs);
  const violations = [...cluster.violations];
  if (violations.length === 0) {
    if (!isSettled) violations.push(`not settled: ${cluster.unsettled()}`);
    else for (const shard of logs.keys()) violations.push(...(await compare(plan, cluster, logs[shard], shard)));
  }
  const { takeovers, commits } = cluster.database;
  return { seed: plan.seed, records, lastedMs: cluster.world.nowMs, takeovers, commits, violations };
}

async function compare(plan: Plan, cluster: Cluster, log: SimulatedLog, shard: number): Promise<string[]> {
  const { tables } = cluster.database;
  const plain = cluster.plainFold(shard);
  await plain.finishFold();
  const clean = new PlainFold(shard, log.clean);
  const expected = endingOf(shard, await clean.finishFold(), clean.tables, log.swapped);
  const actual = endingOf(shard, cluster.digestOf(shard), tables, log.swapped);
  const uncounted = (of: typeof tables): string[] =>
    [...of.uncountedSums]
      .filter(([key]) => key.startsWith(`${shard}/`))
      .map(([key, sum]) => `${key}: ${sum}`)
      .sort();
  const differences = [
    ...differencesOf(expected, actual),
    ...differenceOf('samples compared with the agents', log.samples, actual.samples),
    ...differenceOf('uncounted results', uncounted(plain.tables), uncounted(tables)),
    ...auditPairChanges(tables.pairChanges.filter((record) => record.shard === shard)),
    ...auditChecks(shard, tables.validation, log.samples, {
      intervalMs: INTERVAL_MS,
      clockStepsMs: clockStepsOf(plan),
    }),
  ];
  return differences.map((difference) => `shard ${shard}: ${difference}`);
}

/** Returns the sum of the steps of the tick producer's clock, in ms. */
function clockStepsOf({ faults }: Plan): number {
  return faults.reduce((sum, fault) => sum + (fault.kind === 'clock-set' ? Math.abs(fault.byMs) : 0), 0);
}
