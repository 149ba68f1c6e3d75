import { setTimeout as pause } from 'node:timers/promises';
import type { RunningProduct } from '@icmp-mon/e2e/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { underLoad } from '../installation';

const DISCONNECTED_MS = { short: 5_000, full: 120_000 };
const HOURS = { short: 1, full: 6 };
/** One measurement of all targets for so much of the time that it was cut off. */
const OLD_EVERY_MS = { short: 120_000, full: 30_000 };
/** What is measured each second, on its way to a reader. */
const LIVE_STALE_MS_MAX = 5_000;
const NOTICED_MS = 2_000;
const LOOK_EVERY_MS = 200;
const LOOK_MS_MIN = 5_000;
/** What waits of the live lane alone, from one upload to the next. */
const SPOOLED_LIVE_MAX = 16;

/**
 * Cuts both agents off. The local one keeps what it measures; the numbering one comes back with hours of it, by the
 * backfill lane, while it goes on measuring live.
 */
export async function run(context: FaultContext): Promise<Verdict> {
  const { short, say } = context;
  const findings = new Findings(say);
  const disconnectedMs = short ? DISCONNECTED_MS.short : DISCONNECTED_MS.full;
  const [hours, everyMs] = short ? [HOURS.short, OLD_EVERY_MS.short] : [HOURS.full, OLD_EVERY_MS.full];
  let staleMs = 0;
  await underLoad(context, findings, async ({ product, numbered, agentProxy, numberedProxy }) => {
    for (const proxy of [agentProxy, numberedProxy]) proxy.become({ kind: 'refuse' });
    say(`cut off for ${disconnectedMs / 1_000} s`);
    await pause(disconnectedMs);
    const oldFrom = numbered.next;
    for (let ageMs = hours * 3_600_000; ageMs > 60_000; ageMs -= everyMs) numbered.measure('backfill', ageMs);
    findings.count('old results', numbered.next - oldFrom);
    for (const proxy of [agentProxy, numberedProxy]) proxy.become({ kind: 'open' });
    const backMs = performance.now();
    // While hours of results come in, what is measured now must not wait behind them.
    await pause(NOTICED_MS);
    do {
      staleMs = Math.max(staleMs, await ageOfNewest(product, numbered.assigned[0] ?? 0));
      await pause(LOOK_EVERY_MS);
    } while (numbered.spooled > SPOOLED_LIVE_MAX || performance.now() - backMs < LOOK_MS_MIN);
    say(`all was taken ${((performance.now() - backMs) / 1_000).toFixed(1)} s after the way was free again`);
  });
  findings.atMost('age of the newest live result meanwhile, ms', staleMs, LIVE_STALE_MS_MAX);
  return findings;
}

async function ageOfNewest(product: RunningProduct, targetKey: number): Promise<number> {
  const [row] = await product.telemetry<{ age_ms: number }>(
    `SELECT (extract(epoch FROM clock_timestamp() - max(at)) * 1000)::float8 AS age_ms FROM probe_result
     WHERE target_key = $1 AND window_start > now() - interval '10 minutes'`,
    [targetKey],
  );
  return row?.age_ms ?? Infinity;
}
