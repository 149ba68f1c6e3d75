import { setTimeout as pause } from 'node:timers/promises';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { underLoad } from '../under-load';
import { killAndWait } from '@icmp-mon/e2e/testing';

export const APPS = ['agent', 'gateway', 'api', 'projector', 'worker'];
const ROUNDS = { short: 1, full: 5 };
const READY_WITHIN_S = 10;
const PAUSE_MS_MAX = 3_000;

/** Kills each app in a seeded order, and then all of them at the same time. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const rounds = context.short ? ROUNDS.short : ROUNDS.full;
  const worst = new Map<string, number>();
  let kills = 0;
  await underLoad(context, findings, async ({ product }) => {
    for (let round = 1; round <= rounds; round++) {
      const order = APPS.map((name) => ({ name, at: context.random() })).sort((a, b) => a.at - b.at);
      for (const killed of [...order.map(({ name }) => [name]), APPS]) {
        const { seconds, last } = await killAndWait(product, killed);
        const key = killed.length > 1 ? 'all apps' : killed[0];
        worst.set(key, Math.max(worst.get(key) ?? 0, seconds));
        kills += killed.length;
        context.printLine(`round ${round}: ${key} killed, all ready after ${seconds.toFixed(1)} s, last ${last}`);
        await pause(context.random() * PAUSE_MS_MAX);
      }
    }
  });
  findings.recordCount('kills', kills);
  for (const [name, seconds] of worst)
    findings.atMost(`recovery after killing ${name}, worst of ${rounds}, s`, seconds, READY_WITHIN_S);
  return findings;
}
