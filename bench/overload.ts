import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { BUILT_IN_TIERS } from '@icmp-mon/tiers/contract';
import type { BenchContext, BenchResult } from './bench';
import { Inventory } from './inventory';
import { metricOf } from './load-report';
import type { BenchProduct } from './product';

const SECOND_MS = 1_000;
const LOOK_MS = 5_000;
const BUSY_LOOPS = 2;
/** Time limit after the registration of the last target. */
const WITHIN_S = 300;
const APPS = ['gateway', 'api', 'projector', 'worker', 'agent'] as const;
const POLICY = 'allow: [127.0.0.0/8]\ndeny: []\npacketsPerSecond: 20000\nstopped: false\n';

/** Main function of a busy-loop process: uses all CPU that it gets until it or its parent ends. */
export function serveBusyLoop(): void {
  const isOrphan = (): boolean => process.ppid === 1;
  const spin = (): void => {
    for (const endMs = performance.now() + SECOND_MS; performance.now() < endMs;);
    if (!isOrphan()) setImmediate(spin);
  };
  spin();
}

/**
 * Registers all targets in one step for the product's own agent with fping (interval 15 s) while two other processes use all CPU that they
 * get. Measures when every target has a status, which processes were restarted, and the longest event loop stalls.
 */
export async function runOverload(context: BenchContext, { targets }: { targets: number }): Promise<BenchResult> {
  const product = await context.startProduct({ apps: [...APPS], agentPolicy: POLICY });
  const telemetry = new TelemetryDatabase({ url: product.access.telemetryDatabaseUrl, poolMax: 1 });
  const inventory = new Inventory(product.access.controlDatabaseUrl);
  await inventory.defineTier('overload', BUILT_IN_TIERS.standard);
  const pids = product.pidsByApp();
  const loops = Array.from({ length: BUSY_LOOPS }, busyLoop);
  try {
    const startedMs = performance.now();
    const at = (): number => Math.round((performance.now() - startedMs) / SECOND_MS);
    let registeredS: number | null = null;
    const registering = inventory.register(targets, 'overload').then(() => {
      registeredS = at();
      context.printLine(`${registeredS} s: all ${targets} targets are registered`);
    });
    const stalls: Record<string, number> = {};
    let judgedS: number | null = null;
    while (judgedS === null && at() - (registeredS ?? at()) < WITHIN_S) {
      await pause(LOOK_MS);
      const statuses = await statusesOf(telemetry);
      for (const app of APPS) stalls[app] = Math.max(stalls[app] ?? 0, (await stallOf(product, app)) ?? 0);
      context.printLine(
        `${at()} s: ${JSON.stringify(statuses)}, restarted: ${restarted(pids, product).join(', ') || 'none'}`,
      );
      if ((statuses['up'] ?? 0) + (statuses['down'] ?? 0) >= targets) judgedS = at();
    }
    await registering;
    const again = restarted(pids, product);
    const outcome =
      judgedS === null
        ? `not every target had a status ${WITHIN_S} s after the last registration`
        : `every target has a status after ${judgedS} s, ${judgedS - (registeredS ?? 0)} s after the last registration`;
    context.printLine(
      `${outcome}; restarted: ${again.join(', ') || 'none'}; longest stalls, s: ${JSON.stringify(stalls)}`,
    );
    const none = { ratio: 1, min: 1, max: 1, pairs: [], cpuSeconds: {} };
    const sound = judgedS !== null && again.length === 0;
    return { name: 'overload', ...none, targets, registeredS, judgedS, stalls, restarted: again, sound };
  } finally {
    for (const loop of loops) loop.kill('SIGKILL');
    await inventory.close();
    await telemetry.close();
  }
}

const busyLoop = (): ChildProcess => fork(path.resolve(process.argv[1]), ['busy-loop'], { execArgv: [] });

async function statusesOf(telemetry: TelemetryDatabase): Promise<Record<string, number>> {
  const rows = await telemetry.query<{ status: string; count: number }>(
    'SELECT status, count(*) AS count FROM target_status GROUP BY status ORDER BY status',
  );
  return Object.fromEntries(rows.map(({ status, count }) => [status, count]));
}

const stallOf = (product: BenchProduct, app: string): Promise<number | null> =>
  metricOf(product, app, 'nodejs_eventloop_lag_max_seconds');

function restarted(before: Readonly<Record<string, number>>, product: BenchProduct): string[] {
  return Object.entries(product.pidsByApp())
    .filter(([name, pid]) => before[name] !== undefined && before[name] !== pid)
    .map(([name]) => name);
}
