import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { logInFrom, type RawConnection, unfinishedBodies } from '@icmp-mon/platform/http/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import { pidOf } from '@icmp-mon/e2e/testing';

const LOGIN = '/api/v1/auth/login';
/** Announced lengths: more than a login may have, and exactly as much. */
const BODIES = [1024 * 1024, 16 * 1024];
const CONNECTIONS = 600;
const ROUNDS = { short: 1, full: 5 };
const LOOKS = 12;
const LOOK_EVERY_MS = 500;
/** Logins before the measurement: each password check uses 19 MiB for a moment, which the allocator keeps; that is not growth. */
const LOGINS_BEFORE = 40;
/** Limit for 600 MiB sent at the same time. The heap stays the same; the rest is memory that the allocator keeps. */
const MEMORY_GROWTH_MIB_MAX = 256;
const ATTACKER = '127.0.0.66';
const ADMIN_ADDRESS = '127.0.0.67';

/** Hundreds of logins with endless bodies: the API keeps its memory and its process, and other users can log in. */
export async function run({ short, printLine, installation }: FaultContext): Promise<Verdict> {
  const findings = new Findings(printLine);
  const { product } = await installation();
  const { apiUrl, adminUser: user, adminPassword: password } = product.access;
  const pid = pidOf(product, 'api');
  for (let login = 0; login < LOGINS_BEFORE; login += 1) await logInFrom(apiUrl, ADMIN_ADDRESS, { user, password });
  const before = memoryMib(pid);
  let [most, tries, logins] = [before, 0, 0];
  for (let round = 0; round < (short ? ROUNDS.short : ROUNDS.full); round += 1) {
    for (const bytes of BODIES) {
      const attack = { count: CONNECTIONS, bytes, path: LOGIN, localAddress: ATTACKER };
      const connections = await unfinishedBodies(apiUrl, attack);
      for (let look = 0; look < LOOKS; look += 1) {
        await pause(LOOK_EVERY_MS);
        most = Math.max(most, memoryMib(pid));
        if (look % 3 !== 0) continue;
        tries += 1;
        if ((await logInFrom(apiUrl, ADMIN_ADDRESS, { user, password })) === 200) logins += 1;
      }
      printLine(`${CONNECTIONS} bodies of ${bytes} bytes: ${answersOf(connections)}`);
      for (const connection of connections) connection.destroy();
    }
  }
  findings.recordCount("the api's memory before, MiB", Math.round(before));
  findings.must('pid of the api process', pidOf(product, 'api'), pid);
  findings.must('successful logins from another address', logins, tries);
  findings.atMost("growth of the api's memory, MiB", most - before, MEMORY_GROWTH_MIB_MAX);
  return findings;
}

function answersOf(connections: readonly RawConnection[]): string {
  const counts = new Map<string, number>();
  for (const { answer } of connections) {
    const status = answer === null ? 'none' : String(answer.status);
    counts.set(status, (counts.get(status) ?? 0) + 1);
  }
  return [...counts].map(([status, count]) => `${count} answered ${status}`).join(', ');
}

function memoryMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
}
