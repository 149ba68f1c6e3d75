import { setTimeout as pause } from 'node:timers/promises';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { eventually } from '@icmp-mon/platform/testing';
import { distDir } from '@icmp-mon/infra/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import { pidOf } from '@icmp-mon/e2e/testing';

const ROUNDS = { short: 1, full: 5 };
const TAKEN_WITHIN_MS = 60_000;
const WATCH_MS = 3_000;

interface Ownership {
  shard: number;
  holder: string | null;
  epoch: number;
}

/** Stops the projector until its leases have expired and a second one has taken over, then resumes it. */
export async function run(context: FaultContext): Promise<Verdict> {
  const findings = new Findings(context.printLine);
  const rounds = context.short ? ROUNDS.short : ROUNDS.full;
  let zombieCommits = 0;
  await underLoad(context, findings, async (installation) => {
    for (let round = 1; round <= rounds; round++) zombieCommits += await oneRound(context, installation, round);
  });
  findings.recordCount('rounds', rounds);
  findings.must('commits under an old epoch', zombieCommits, 0);
  return findings;
}

async function oneRound(context: FaultContext, installation: Installation, round: number): Promise<number> {
  const { product } = installation;
  const zombie = pidOf(product, 'projector');
  const second = startSecond(zombie);
  try {
    process.kill(zombie, 'SIGSTOP');
    const stoppedMs = performance.now();
    const isOf =
      (pid: number) =>
      ({ holder }: Ownership) =>
        holder?.split(':')[1] === String(pid);
    await eventually(
      async () => {
        const owners = await ownership(installation);
        if (owners.some((owner) => !isOf(second.pid ?? 0)(owner))) throw new Error(`owners: ${JSON.stringify(owners)}`);
      },
      { withinMs: TAKEN_WITHIN_MS },
    );
    context.printLine(`round ${round}: stopped, taken over after ${Math.round(performance.now() - stoppedMs)} ms`);
    const before = await ownership(installation);
    process.kill(zombie, 'SIGCONT');
    await pause(WATCH_MS * context.random());
    // The zombie may hold a shard again only under a new epoch; under the old one it must not write.
    const after = await ownership(installation);
    return after.filter((owner) => {
      const was = before.find(({ shard }) => shard === owner.shard);
      return isOf(zombie)(owner) && was?.epoch === owner.epoch;
    }).length;
  } finally {
    process.kill(zombie, 'SIGCONT');
    const ended = once(second, 'exit');
    second.kill('SIGTERM');
    await ended;
  }
}

/** Starts a second projector of the same installation, with the environment of the running one. */
function startSecond(pid: number): ReturnType<typeof spawn> {
  const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  const pairs = environment.map((line): [string, string] => [
    line.slice(0, line.indexOf('=')),
    line.slice(line.indexOf('=') + 1),
  ]);
  const main = path.join(distDir, 'apps/projector/main.js');
  return spawn(process.execPath, [main], {
    stdio: 'ignore',
    env: { ...Object.fromEntries(pairs), ICMPMON_OPS_PORT: '0' },
  });
}

const ownership = ({ product }: Installation): Promise<Ownership[]> =>
  product.queryTelemetry<Ownership>('SELECT shard, holder, epoch::float8 AS epoch FROM shard ORDER BY shard');
