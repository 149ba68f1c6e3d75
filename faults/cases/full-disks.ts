import { setTimeout as pause } from 'node:timers/promises';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { underLoad } from '../installation';
import { allReady } from '@icmp-mon/e2e/testing';

const FULL_MS = { short: 4_000, full: 60_000 };

/** No room on Kafka's disk, then none on the databases': agents keep what they measure until there is. */
export async function run(context: FaultContext): Promise<Verdict> {
  const { short, say } = context;
  const findings = new Findings(say);
  const fullMs = short ? FULL_MS.short : FULL_MS.full;
  await underLoad(context, findings, async ({ product, numbered, disks }) => {
    if (!disks) throw new Error('This fault needs disks of limited size: local services, and root.');
    for (const which of ['kafka', 'databases'] as const) {
      const taken = disks.fill(which);
      say(`the disk of ${which} is full: ${taken} MiB were free`);
      await pause(fullMs);
      say(
        `spooled meanwhile: ${numbered.spooled} blocks; not ready: ${(await product.notReady()).join(', ') || 'none'}`,
      );
      disks.free(which);
      const freeMs = performance.now();
      await allReady(product);
      const drained = numbered.spooled;
      findings.count(
        `${which}: all ready after there was room, s`,
        Math.round((performance.now() - freeMs) / 100) / 10,
      );
      say(`room again; ${drained} blocks still spooled when all was ready`);
    }
  });
  return findings;
}
