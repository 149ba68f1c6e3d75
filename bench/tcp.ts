import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { createExecutors } from '@icmp-mon/probing/agent/testing';
import type { BenchContext, BenchResult } from './bench';
import { type Round, runPairs } from './pairs';

/** More than the ports of this machine: who leaves connections behind does not reach it. */
const CONNECTIONS = 60_000;
const CONNECTIONS_QUICK = 10_000;
/** Connections at the same time, of both: more than the server accepts in a while would measure its queue. */
const IN_FLIGHT = 256;
/** Unpaced: as many as the executor can. */
const SPACING_MS = 0.02;
const TIMEOUT_MS = 5_000;

/** Accepts connections on all addresses of loopback, in a process of its own. */
const SERVER = `
  const server = require('node:net').createServer((socket) => socket.on('error', () => undefined).resume());
  server.listen({ port: 0, host: '0.0.0.0', backlog: 4096 }, () => console.log(server.address().port));
  process.stdin.resume().on('end', () => process.exit());`;

/** TCP connections per second of the agent's executor, against a loop of bare `net.connect` with the same addresses. */
export async function run(context: BenchContext): Promise<BenchResult> {
  const count = context.quick ? CONNECTIONS_QUICK : CONNECTIONS;
  const server = spawn(process.execPath, ['-e', SERVER], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    const port = Number(line);
    const ips = Array.from({ length: count }, (_, at) => `127.9.${(at >> 8) & 255}.${at & 255}`);
    const measured = async (of: () => Promise<number>): Promise<Round & { perCpuS: number }> => {
      const [startedMs, cpu] = [performance.now(), process.cpuUsage()];
      const connected = await of();
      const { user, system } = process.cpuUsage(cpu);
      const cpuS = (user + system) / 1e6;
      const value = connected / ((performance.now() - startedMs) / 1_000);
      const fault = connected === count ? undefined : `${count - connected} of ${count} connections failed`;
      return { value, perCpuS: connected / cpuS, cpuSeconds: { agent: cpuS }, ...(fault !== undefined && { fault }) };
    };
    const product = async (): Promise<Round> => {
      const round = await measured(() => byExecutor(ips, port));
      context.printLine(`tcp: ${Math.round(round.perCpuS)} connections per CPU second`);
      return round;
    };
    const reference = (): Promise<Round> => measured(() => byLoop(ips, port));
    return await runPairs(context, { name: 'tcp', unit: 'connections per s', product, reference });
  } finally {
    server.stdin.end();
  }
}

/** Returns the number of connections that were opened. */
async function byExecutor(ips: readonly string[], port: number): Promise<number> {
  const { icmp_ping: ping, tcp_connect: executor } = createExecutors({
    ...{ fpingPath: undefined, captureDir: '/dev/shm' },
    socketsMax: IN_FLIGHT,
  });
  ping.close();
  if (executor === undefined) throw new Error('the agent has no executor tcp_connect');
  const check = { check: 1, type: 'tcp_connect', expect: 'reachable', port } as const;
  const slice = { ips, checks: ips.map(() => check), timeoutMs: TIMEOUT_MS, spacingMs: SPACING_MS };
  let connected = 0;
  const { signal } = new AbortController();
  await executor.runSlice(slice, (_index, _atMs, outcome) => (connected += outcome === OUTCOME.reply ? 1 : 0), signal);
  return connected;
}

async function byLoop(ips: readonly string[], port: number): Promise<number> {
  let [next, connected] = [0, 0];
  const follow = async (): Promise<void> => {
    for (let at = next++; at < ips.length; at = next++) {
      const opened = await connectOnce(ips[at], port);
      connected += opened;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, follow));
  return connected;
}

function connectOnce(host: string, port: number): Promise<number> {
  return new Promise((resolve) => {
    const socket = new Socket();
    socket.once('connect', () => {
      socket.resetAndDestroy();
      resolve(1);
    });
    socket.once('error', () => resolve(0));
    socket.connect({ host, port });
  });
}
