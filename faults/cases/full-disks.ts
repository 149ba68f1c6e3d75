import { setTimeout as pause } from 'node:timers/promises';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { underLoad } from '../under-load';
import { allReady } from '@icmp-mon/e2e/testing';

const FULL_MS = { short: 4_000, full: 60_000 };

/** Fills Kafka's disk, then the databases' disk: agents spool their results until there is space. */
export async function run(context: FaultContext): Promise<Verdict> {
  const { short, printLine } = context;
  const findings = new Findings(printLine);
  const fullMs = short ? FULL_MS.short : FULL_MS.full;
  await underLoad(context, findings, async ({ product, numbered, disks }) => {
    if (!disks) throw new Error('This fault needs disks of limited size, which need local services and root.');
    for (const which of ['kafka', 'databases'] as const) {
      const taken = disks.fillDisk(which);
      printLine(`disk of ${which} full: wrote ${taken} MiB`);
      await pause(fullMs);
      printLine(`spooled: ${numbered.spooled} blocks; not ready: ${(await product.notReady()).join(', ') || 'none'}`);
      disks.freeDisk(which);
      const freeMs = performance.now();
      await allReady(product);
      const drained = numbered.spooled;
      findings.recordCount(
        `${which}: all ready after space was freed, s`,
        Math.round((performance.now() - freeMs) / 100) / 10,
      );
      printLine(`space freed; ${drained} blocks still spooled when all apps were ready`);
    }
  });
  return findings;
}
