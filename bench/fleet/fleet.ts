import { fork, type ChildProcess } from 'node:child_process';
import type { FleetAnswer, FleetCall, FleetCalls } from './messages';

/**
 * Simulated agents in a separate process, so that their CPU time can be separated. `script` is a built program that runs `serveFleet`
 * (bench/fleet/serve.ts) when its first argument is `fleet`, such as dist/bench/main.js.
 */
export class Fleet {
  private readonly pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  private lastId = 0;

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (message) => {
      const answer = message as FleetAnswer;
      const waiting = this.pending.get(answer.id);
      this.pending.delete(answer.id);
      if ('error' in answer) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.result);
    });
    child.once('exit', (code, signal) => {
      for (const { reject } of this.pending.values()) reject(new Error(`The fleet exited with ${signal ?? code}.`));
      this.pending.clear();
    });
  }

  static start(script: string): Fleet {
    return new Fleet(fork(script, ['fleet'], { execArgv: ['--max-old-space-size=4096', '--enable-source-maps'] }));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** Calls the fleet's process. @throws Error with the message of its error */
  callFleet<C extends FleetCall>(call: C, argument: FleetCalls[C][0]): Promise<FleetCalls[C][1]> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.pending.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.child.send({ id, call, argument });
    });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once('exit', resolve));
    this.child.kill('SIGTERM');
    await ended;
  }
}
