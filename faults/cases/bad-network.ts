import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { trickle } from '../trickle';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import { pidOf } from '@icmp-mon/e2e/testing';
import type { ProxyMode } from '../tcp-proxy';

const HOLD_MS = { short: 3_000, full: 45_000 };
const SLOW_MS = { short: 3_000, full: 75_000 };
/** Time between two modes, in which uploads succeed. */
const OPEN_MS = { short: 1_000, full: 2_000 };
const DROPPED_WITHIN_S = 31;
const MEMORY_GROWTH_MIB_MAX = 96;
const KIB = 1024;

/** A bad network between agents and gateway: resets in mid-body, one byte per second, half-open connections, 30 % loss. */
export async function run(context: FaultContext): Promise<Verdict> {
  const { short, printLine, random } = context;
  const findings = new Findings(printLine);
  const holdMs = short ? HOLD_MS.short : HOLD_MS.full;
  const modes: [ProxyMode, number][] = [
    [{ kind: 'reset', afterBytes: 4_000 }, holdMs],
    [{ kind: 'slow', bytesPerS: 1 }, short ? SLOW_MS.short : SLOW_MS.full],
    [{ kind: 'half-open' }, holdMs],
    [{ kind: 'lossy', share: 0.3, random }, holdMs],
  ];
  await underLoad(context, findings, async (installation) => {
    const { agentProxy, numberedProxy } = installation;
    const slowClient = context.slowClient ?? trickle(installation.numbered);
    const before = memoryMib(installation);
    let most = before;
    for (const [mode, forMs] of modes) {
      for (const proxy of [agentProxy, numberedProxy]) proxy.become(mode);
      for (const endMs = performance.now() + forMs; performance.now() < endMs;) {
        most = Math.max(most, memoryMib(installation));
        await pause(500);
      }
      printLine(`${mode.kind} for ${forMs / 1_000} s; failed uploads so far: ${installation.numbered.failedUploads}`);
      for (const proxy of [agentProxy, numberedProxy]) proxy.become({ kind: 'open' });
      await pause(short ? OPEN_MS.short : OPEN_MS.full);
    }
    findings.recordCount("the gateway's memory before, MiB", Math.round(before));
    findings.atMost("growth of the gateway's memory, MiB", most - before, MEMORY_GROWTH_MIB_MAX);
    findings.recordCount('connections', agentProxy.connections + numberedProxy.connections);
    // A client that sends its body at one byte per second over a good connection: how long until the gateway drops it.
    findings.atMost('a client of 1 byte/s was dropped after s', (await slowClient) / 1_000, DROPPED_WITHIN_S);
  });
  return findings;
}

function memoryMib({ product }: Installation): number {
  const status = readFileSync(`/proc/${pidOf(product, 'gateway')}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / KIB;
}
