import { setTimeout as pause } from 'node:timers/promises';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import { ThinLine } from '../thin-line';

const DISCONNECTED_MS = { short: 5_000, full: 300_000 };
/** Bandwidth of the connection: about three times the agent's traffic. */
const BYTES_PER_S = { short: 8_000, full: 20_000 };
const DRAINED_WITHIN_MS = { short: 90_000, full: 900_000 };
const LOOK_MS = 500;

/** A disconnected agent returns over a connection of low bandwidth: its backlog is shipped, and new results do not wait behind it. */
export async function run(context: FaultContext): Promise<Verdict> {
  const form = context.short ? 'short' : 'full';
  const findings = new Findings(context.printLine);
  await underLoad(context, findings, async (installation) => {
    const { agentProxy } = installation;
    const line = new ThinLine(BYTES_PER_S[form]);
    try {
      agentProxy.become({ kind: 'refuse' });
      await pause(DISCONNECTED_MS[form]);
      agentProxy.become({ kind: 'thin', line });
      const tookMs = await drained(installation, DRAINED_WITHIN_MS[form]);
      findings.atMost('backlog shipped after, s', tookMs / 1_000, DRAINED_WITHIN_MS[form] / 1_000);
    } finally {
      agentProxy.become({ kind: 'open' });
      line.close();
    }
  });
  return findings;
}

/** Waits until several consecutive readings find nothing in the local agent's spool that is older than two of its intervals. */
async function drained({ product }: Installation, withinMs: number): Promise<number> {
  const startedMs = performance.now();
  for (let fresh = 0; fresh < 5;) {
    await pause(LOOK_MS);
    const oldestS = await product.readMetric('agent', 'icmpmon_agent_spool_oldest_seconds');
    fresh = oldestS < 10 ? fresh + 1 : 0;
    if (performance.now() - startedMs > withinMs) return Infinity;
  }
  return performance.now() - startedMs;
}
