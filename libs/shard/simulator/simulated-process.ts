import type { EngineTime } from '@icmp-mon/shard/engine';
import type { World } from './world';

/** Why something failed in a simulation on purpose. Any other error is one of the code under test. */
export class SimulatedFailure extends Error {
  override readonly name = 'SimulatedFailure';
}

/** Leases, and what a projector needs to renew them, recover from a fault within this time. */
const EXCUSED_MS = 15_000;

/** One projector process: everything that reaches it comes through `deliver`, so it can be stopped and killed at any point. */
export class SimulatedProcess {
  private state: 'running' | 'paused' | 'dead' = 'running';
  private waiting: (() => void)[] = [];
  private resumeAtMs = 0;
  private excusedUntilMs = -1;
  /** The connections over which it commits, open or not. */
  readonly connections: { end(reason: string): void }[] = [];
  readonly time: EngineTime;

  constructor(
    private readonly world: World,
    readonly name: string,
  ) {
    this.time = {
      nowMs: () => world.nowMs,
      sleep: (ms, signal) => this.sleep(ms, signal),
      turn: () => this.sleep(0),
    };
  }

  get isAlive(): boolean {
    return this.state !== 'dead';
  }

  get isRunning(): boolean {
    return this.state === 'running';
  }

  /** Whether a fault explains that it loses leases now. */
  get isExcused(): boolean {
    return !this.isAlive || this.world.nowMs <= this.excusedUntilMs;
  }

  /** A fault that may cost it leases lasts for `forMs`. */
  excuse(forMs: number): void {
    this.excusedUntilMs = Math.max(this.excusedUntilMs, this.world.nowMs + forMs + EXCUSED_MS);
  }

  crash(): void {
    this.state = 'dead';
    this.waiting = [];
  }

  /** Stopped as by SIGSTOP: its clock advances, and it continues where it was. */
  pause(forMs: number): void {
    if (this.state === 'dead') return;
    this.excuse(forMs);
    this.state = 'paused';
    this.resumeAtMs = Math.max(this.resumeAtMs, this.world.nowMs + forMs);
    this.world.schedule(forMs, () => this.resume());
  }

  private resume(): void {
    if (this.state !== 'paused' || this.world.nowMs < this.resumeAtMs) return;
    this.state = 'running';
    for (const work of this.waiting.splice(0)) this.world.schedule(0, () => this.deliver(work));
  }

  /** Runs `work` in the process: now, once it is resumed, or never. */
  deliver(work: () => void): void {
    if (this.state === 'running') work();
    else if (this.state === 'paused') this.waiting.push(work);
  }

  private sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.world.schedule(ms, () => this.deliver(resolve));
      signal?.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }
}
