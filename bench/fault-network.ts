import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { BenchProduct } from './product';

type Told =
  | { kind: 'ready'; ips: string[]; responder: number }
  | { kind: 'done'; ip: string; fromMs?: number; silentMs?: number }
  | { kind: 'failed'; reason: string };

/** The lab with three real agents next to a bench's product, in a process of its own (infra/bench/fault-network.mjs). Needs root. */
export class FaultNetwork {
  private readonly waiting: ((told: Told) => void)[] = [];

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message) => this.waiting.shift()?.(message as Told));
    child.once('exit', (code) => {
      const reason = `the simulated internet ended with code ${code}`;
      for (const answer of this.waiting.splice(0)) answer({ kind: 'failed', reason });
    });
  }

  /** Returns the network and the addresses of its targets, all of which are up. @throws Error if namespaces are not possible here */
  static async start(
    { access, stateDir }: BenchProduct,
    of: { targets: number; intervalS: number },
  ): Promise<{ network: FaultNetwork; ips: string[]; responder: number }> {
    const args = [JSON.stringify({ productDir: stateDir, access, ...of })];
    const network = new FaultNetwork(fork(path.resolve('infra/bench/fault-network.mjs'), args, { execArgv: [] }));
    const told = await network.nextAnswer();
    if (told.kind !== 'ready') throw new Error('the simulated internet did not start');
    return { network, ips: told.ips, responder: told.responder };
  }

  /** Drops all packets to a target: some from `fromMs` on, all from `silentMs` on, in ms since 1970. */
  async silenceTarget(ip: string): Promise<{ fromMs: number; silentMs: number }> {
    const { fromMs = 0, silentMs = 0 } = await this.sendCommand('silence', ip);
    return { fromMs, silentMs };
  }

  async restoreTarget(ip: string): Promise<void> {
    await this.sendCommand('restore', ip);
  }

  /** Ends the agents and removes the namespaces. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.disconnect();
    await ended;
  }

  private async sendCommand(command: string, ip: string): Promise<Extract<Told, { kind: 'done' }>> {
    this.child.send({ command, ip });
    const told = await this.nextAnswer();
    if (told.kind !== 'done') throw new Error(`the simulated internet answered ${told.kind}`);
    return told;
  }

  /** @throws Error if the command failed or the process ended */
  private async nextAnswer(): Promise<Told> {
    const told = await new Promise<Told>((resolve) => this.waiting.push(resolve));
    if (told.kind === 'failed') throw new Error(told.reason);
    return told;
  }
}
