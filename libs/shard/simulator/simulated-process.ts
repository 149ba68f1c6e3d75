import type { EngineTime } from '@icmp-mon/shard/engine';
import type { World } from './world';

/** A simulated failure. Any other error is a fault of the code under test. */
export class SimulatedFailure extends Error {
  override readonly name = 'SimulatedFailure';
}

/** Time after a fault within which a projector may still lose leases, in ms. */
const EXCUSED_MS = 15_000;

/** One projector process: everything that reaches it passes `deliverWork`, so it can be paused and killed at any point. */
export class SimulatedProcess {
  private state: 'running' | 'paused' | 'dead' = 'running';
  private waiting: (() => void)[] = [];
  private resumeAtMs = 0;
  private excusedUntilMs = -1;
  /** The connections over which it commits, open or closed. */
  readonly connections: { endSession(reason: string): void }[] = [];
  readonly time: EngineTime;

  constructor(
    private readonly world: World,
    readonly name: string,
  ) {
    this.time = {
      nowMs: () => world.nowMs,
      sleepFor: (ms, signal) => this.sleepFor(ms, signal),
      yieldTurn: () => this.sleepFor(0),
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

  /** Excuses lost leases while a fault lasts for `forMs`. */
  excuse(forMs: number): void {
    this.excusedUntilMs = Math.max(this.excusedUntilMs, this.world.nowMs + forMs + EXCUSED_MS);
  }

  crashProcess(): void {
    this.state = 'dead';
    this.waiting = [];
  }

  /** Pauses it like SIGSTOP: its clock advances, and it continues where it was. */
  pauseProcess(forMs: number): void {
    if (this.state === 'dead') return;
    this.excuse(forMs);
    this.state = 'paused';
    this.resumeAtMs = Math.max(this.resumeAtMs, this.world.nowMs + forMs);
    this.world.scheduleEvent(forMs, () => this.resumeProcess());
  }

  private resumeProcess(): void {
    if (this.state !== 'paused' || this.world.nowMs < this.resumeAtMs) return;
    this.state = 'running';
    for (const work of this.waiting.splice(0)) this.world.scheduleEvent(0, () => this.deliverWork(work));
  }

  /** Runs `work` in the process: immediately, when it is resumed, or never. */
  deliverWork(work: () => void): void {
    if (this.state === 'running') work();
    else if (this.state === 'paused') this.waiting.push(work);
  }

  private sleepFor(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const cancel = this.world.scheduleEvent(ms, () => this.deliverWork(resolve));
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
