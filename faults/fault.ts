import type { Installation } from './installation';

/** What one fault left over: figures as observed, and what is not as promised, in words. */
export interface Verdict {
  counts: Record<string, number | string>;
  failures: string[];
}

export interface FaultContext {
  seed: number;
  /** A few rounds instead of the full counts. */
  short: boolean;
  /** Seeded. */
  random: () => number;
  /** One line of the timeline, with the seconds since the fault began. */
  say(line: string): void;
  /** The local agent's results are judged once, after all faults: it has to stop for that. */
  judgesLocalLater?: boolean;
  /** After how many ms the gateway drops a client of a byte a second, when one was begun before the faults. */
  slowClient?: Promise<number>;
  /** The installation that faults share: a product on services of its own, with both kinds of agents. */
  installation(): Promise<Installation>;
}

/** One file of `cases/`. */
export interface Fault {
  run(context: FaultContext): Promise<Verdict>;
}

/** Gathers figures and failures while a fault runs. */
export class Findings implements Verdict {
  readonly counts: Record<string, number | string> = {};
  readonly failures: string[] = [];

  constructor(private readonly say: (line: string) => void) {}

  count(name: string, value: number | string): void {
    this.counts[name] = value;
    this.say(`${name}: ${value}`);
  }

  /** Notes a figure that has to be the one given. */
  must(name: string, actual: number | string, wanted: number | string): void {
    this.counts[name] = actual;
    if (actual !== wanted) this.fail(`${name}: ${actual}, not ${wanted}`);
    else this.say(`${name}: ${actual}`);
  }

  atMost(name: string, actual: number, most: number): void {
    const shown = Math.round(actual * 10) / 10;
    this.counts[name] = shown;
    if (actual > most) this.fail(`${name}: ${shown}, at most ${most} allowed`);
    else this.say(`${name}: ${shown}`);
  }

  fail(what: string): void {
    this.failures.push(what);
    this.say(`NOT AS PROMISED: ${what}`);
  }
}
