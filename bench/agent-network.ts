import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { testDir } from '@icmp-mon/infra/testing';

export interface NetworkOptions {
  targets: number;
  /** Share of the round trips that are lost, in percent. */
  lossPercent: number;
  /** Ports of the gateway on loopback. */
  ports: readonly number[];
}

interface Ready {
  /** Network namespace of the agent. */
  namespace: string;
  /** Addresses of the targets. */
  ips: string[];
  /** Process that answers the packets. */
  responder: number;
}

type Told = ({ kind: 'ready' } & Ready) | { kind: 'done'; missed?: number } | { kind: 'failed'; reason: string };

/** The lab's simulated internet with one vantage point, in a process of its own (infra/bench/network.mjs). Needs root. */
export class AgentNetwork {
  private constructor(
    readonly access: Ready,
    private readonly child: ChildProcess,
  ) {}

  /** @throws Error if namespaces are not possible here */
  static async start(options: NetworkOptions): Promise<AgentNetwork> {
    const dir = path.join(testDir, 'agent-network');
    mkdirSync(dir, { recursive: true });
    const args = [JSON.stringify({ dir, ...options })];
    const child = fork(path.resolve('infra/bench/network.mjs'), args, { execArgv: [] });
    const told = await answerOf(child);
    if (told.kind !== 'ready') throw new Error('the simulated internet did not start');
    return new AgentNetwork(told, child);
  }

  /** Captures the pings at the agent's device into a file, until `endCapture`. */
  async startCapture(file: string): Promise<void> {
    this.child.send({ command: 'capture', file });
    await answerOf(this.child);
  }

  /** Returns the number of packets that are missing in the file. */
  async endCapture(): Promise<number> {
    this.child.send({ command: 'endCapture' });
    const told = await answerOf(this.child);
    return told.kind === 'done' ? (told.missed ?? 0) : 0;
  }

  /** Removes the namespaces. */
  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    if (this.child.connected) this.child.disconnect();
    await ended;
  }
}

/** @throws Error if the command failed or the process ended */
async function answerOf(child: ChildProcess): Promise<Told> {
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`the simulated internet ended with code ${code}`);
  });
  const told = await Promise.race([once(child, 'message').then(([message]) => message as Told), ended]);
  // It ends later than the race, too.
  ended.catch(() => undefined);
  if (told.kind === 'failed') {
    child.disconnect();
    throw new Error(told.reason);
  }
  return told;
}
