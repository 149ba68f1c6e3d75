import type { SimulatedProcess } from './simulated-process';
import type { World } from './world';

/** Kinds of statements that faults distinguish. */
export type StatementKind = 'lease' | 'release' | 'take' | 'load' | 'connect' | 'commit' | 'write' | 'checkpoint';

/** How a statement fails: before it has any effect, or after. */
export type Outage = 'refused' | 'answer-lost';

interface Slowness {
  kinds: readonly StatementKind[];
  /** Null: affects every process. */
  process: SimulatedProcess | null;
  untilMs: number;
  byMs: number;
}

/** An armed fault: strikes the process at its n-th statement of a kind from now on. */
interface Trigger {
  process: SimulatedProcess;
  kind: StatementKind;
  statements: number;
  strike: () => void;
}

const LATENCY_MS_MAX = 3;

/** The faults of the network and the database that are active now. */
export class Faults {
  private slownesses: Slowness[] = [];
  private outages: { process: SimulatedProcess; untilMs: number; outage: Outage }[] = [];
  private triggers: Trigger[] = [];
  private readonly commitErrors = new Map<SimulatedProcess, Outage>();

  constructor(private readonly world: World) {}

  slowDown(slowness: Omit<Slowness, 'untilMs'> & { forMs: number }): void {
    this.slownesses.push({ ...slowness, untilMs: this.world.nowMs + slowness.forMs });
  }

  interruptProcess(process: SimulatedProcess, forMs: number, outage: Outage): void {
    process.excuse(forMs);
    this.outages.push({ process, untilMs: this.world.nowMs + forMs, outage });
  }

  failNextCommit(process: SimulatedProcess, outage: Outage): void {
    this.commitErrors.set(process, outage);
  }

  arm(trigger: Trigger): void {
    this.triggers.push(trigger);
  }

  /** Returns the latency of one direction, in ms. */
  latencyMs(): number {
    return 0.1 + this.world.random() * LATENCY_MS_MAX;
  }

  /** Returns the additional duration of a statement, in ms. */
  delayMs(process: SimulatedProcess, kind: StatementKind): number {
    const { nowMs } = this.world;
    this.slownesses = this.slownesses.filter(({ untilMs }) => untilMs > nowMs);
    return this.slownesses
      .filter((each) => each.kinds.includes(kind) && (each.process ?? process) === process)
      .reduce((sum, { byMs }) => sum + byMs, 0);
  }

  outageOf(process: SimulatedProcess): Outage | null {
    const { nowMs } = this.world;
    return this.outages.find((each) => each.process === process && each.untilMs > nowMs)?.outage ?? null;
  }

  takeCommitError(process: SimulatedProcess): Outage | null {
    const outage = this.commitErrors.get(process) ?? null;
    this.commitErrors.delete(process);
    return outage;
  }

  /** Called when a process is about to send a statement: armed faults strike. */
  onStatement(process: SimulatedProcess, kind: StatementKind): void {
    for (const trigger of [...this.triggers]) {
      if (trigger.process !== process || trigger.kind !== kind || trigger.statements-- > 0) continue;
      this.triggers = this.triggers.filter((each) => each !== trigger);
      trigger.strike();
    }
  }
}
