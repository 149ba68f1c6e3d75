import { setTimeout as pause } from 'node:timers/promises';
import type { RunningProduct } from '@icmp-mon/e2e/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { underLoad } from '../under-load';

const DISCONNECTED_MS = { short: 5_000, full: 120_000 };
const HOURS = { short: 1, full: 6 };
/** Interval of the old measurements of all targets, within the time of the disconnection. */
const OLD_EVERY_MS = { short: 120_000, full: 30_000 };
/** Limit for the age of a live result, measured every second, until a reader sees it. */
const LIVE_STALE_MS_MAX = 5_000;
const NOTICED_MS = 2_000;
const LOOK_EVERY_MS = 200;
const LOOK_MS_MIN = 5_000;
/** Blocks of the live lane that wait between two uploads. */
const SPOOLED_LIVE_MAX = 16;

/**
 * Disconnects both agents. The local one spools its results; the numbered one returns with hours of results on the backfill lane, while it
 * continues to measure live.
 */
export async function run(context: FaultContext): Promise<Verdict> {
  const { short, printLine } = context;
  const findings = new Findings(printLine);
  const disconnectedMs = short ? DISCONNECTED_MS.short : DISCONNECTED_MS.full;
  const [hours, everyMs] = short ? [HOURS.short, OLD_EVERY_MS.short] : [HOURS.full, OLD_EVERY_MS.full];
  let staleMs = 0;
  await underLoad(context, findings, async ({ product, numbered, agentProxy, numberedProxy }) => {
    for (const proxy of [agentProxy, numberedProxy]) proxy.become({ kind: 'refuse' });
    printLine(`disconnected for ${disconnectedMs / 1_000} s`);
    await pause(disconnectedMs);
    const oldFrom = numbered.next;
    for (let ageMs = hours * 3_600_000; ageMs > 60_000; ageMs -= everyMs) numbered.measureTargets('backfill', ageMs);
    findings.recordCount('old results', numbered.next - oldFrom);
    for (const proxy of [agentProxy, numberedProxy]) proxy.become({ kind: 'open' });
    const backMs = performance.now();
    // Live results must not wait behind hours of backfill.
    await pause(NOTICED_MS);
    do {
      staleMs = Math.max(staleMs, await ageOfNewest(product, numbered.assigned[0] ?? 0));
      await pause(LOOK_EVERY_MS);
    } while (numbered.spooled > SPOOLED_LIVE_MAX || performance.now() - backMs < LOOK_MS_MIN);
    printLine(`all results accepted ${((performance.now() - backMs) / 1_000).toFixed(1)} s after the reconnection`);
  });
  findings.atMost('greatest age of the newest live result, ms', staleMs, LIVE_STALE_MS_MAX);
  return findings;
}

async function ageOfNewest(product: RunningProduct, targetKey: number): Promise<number> {
  const [row] = await product.queryTelemetry<{ age_ms: number }>(
    `SELECT (extract(epoch FROM clock_timestamp() - max(at)) * 1000)::float8 AS age_ms FROM probe_result
     WHERE target_key = $1 AND window_start > now() - interval '10 minutes'`,
    [targetKey],
  );
  return row?.age_ms ?? Infinity;
}
