import type { Installation } from './installation';

/** Result of one fault: figures as measured, and the guarantees that did not hold. */
export interface Verdict {
  counts: Record<string, number | string>;
  failures: string[];
}

export interface FaultContext {
  seed: number;
  /** Runs a few rounds instead of the full number. */
  short: boolean;
  /** Seeded random numbers in [0, 1). */
  random: () => number;
  /** Prints one line of the timeline, with the seconds since the fault began. */
  printLine(line: string): void;
  /** The local agent's results are judged once after all faults, because the agent must stop for that. */
  judgesLocalLater?: boolean;
  /** Time in ms until the gateway drops a client of one byte per second, when it was started before the faults. */
  slowClient?: Promise<number>;
  /** Returns the installation shared by the faults: a product on its own services, with both kinds of agents. */
  installation(): Promise<Installation>;
}

/** Interface of a file in `cases/`. */
export interface Fault {
  run(context: FaultContext): Promise<Verdict>;
}

/** Collects figures and failures while a fault runs. */
export class Findings implements Verdict {
  readonly counts: Record<string, number | string> = {};
  readonly failures: string[] = [];

  constructor(private readonly printLine: (line: string) => void) {}

  recordCount(name: string, value: number | string): void {
    this.counts[name] = value;
    this.printLine(`${name}: ${value}`);
  }

  /** Records a figure that must equal the wanted one. */
  must(name: string, actual: number | string, wanted: number | string): void {
    this.counts[name] = actual;
    if (actual !== wanted) this.recordFailure(`${name}: ${actual} instead of ${wanted}`);
    else this.printLine(`${name}: ${actual}`);
  }

  atMost(name: string, actual: number, most: number): void {
    const shown = Math.round(actual * 10) / 10;
    this.counts[name] = shown;
    if (actual > most) this.recordFailure(`${name}: ${shown}, limit ${most}`);
    else this.printLine(`${name}: ${shown}`);
  }

  recordFailure(what: string): void {
    this.failures.push(what);
    this.printLine(`FAILED: ${what}`);
  }
}
