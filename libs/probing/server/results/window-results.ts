import { compareDetails, type ProbeResult } from '@icmp-mon/probing/contract';
import { appendSeriesBody, SERIES_SAMPLES_MAX, SeriesBuilder, type SeriesSamples } from '@icmp-mon/probing/wire';
import type { KnownChecks } from '../target-checks';
import { probeResult } from './probe-result';
import type { StoredAgents } from './stored-agents';

/** One stored row: a folded window or a fragment. */
export interface StoredBody {
  check: number;
  body: Uint8Array;
}

/**
 * Place of a result in the order of all results of a target. `ordinal` numbers results of one agent and check in the same millisecond. Later
 * places come first.
 */
export interface ResultPlace {
  timeMs: number;
  agentNo: number;
  check: number;
  ordinal: number;
}

/** All results of one window of one target, newest first: the same for a folded window and for its fragments. */
export class WindowResults {
  private readonly checks: number[] = [];
  private readonly samples: SeriesSamples[] = [];
  /** Index in `samples`, and row in it, in order. */
  private readonly order: { part: number; row: number; ordinal: number }[] = [];

  constructor(
    private readonly startMs: number,
    bodies: readonly StoredBody[],
  ) {
    for (const check of [...new Set(bodies.map((each) => each.check))]) {
      const builder = new SeriesBuilder(SERIES_SAMPLES_MAX);
      for (const each of bodies) if (each.check === check) appendSeriesBody(builder, each.body);
      this.checks.push(check);
      this.samples.push(builder.buildSamples());
    }
    this.sortResults();
  }

  get count(): number {
    return this.order.length;
  }

  /** Returns the numbers of the agents of these results. */
  agentNumbers(): Set<number> {
    return new Set(this.order.map(({ part, row }) => this.samples[part].agentNo[row]));
  }

  placeAt(at: number): ResultPlace {
    const { part, row, ordinal } = this.order[at];
    const samples = this.samples[part];
    return {
      timeMs: this.startMs + samples.timeOffsetMs[row],
      agentNo: samples.agentNo[row],
      check: this.checks[part],
      ordinal,
    };
  }

  resultAt(at: number, agents: StoredAgents, checks: KnownChecks): ProbeResult {
    const { part, row } = this.order[at];
    const samples = this.samples[part];
    const check = this.checks[part];
    const numbered = { check, type: checks.typeOf(check) };
    return probeResult(agents.agentOf(samples.agentNo[row]), numbered, this.startMs, samples, row);
  }

  private sortResults(): void {
    this.samples.forEach((samples, part) => {
      for (let row = 0; row < samples.count; row++) this.order.push({ part, row, ordinal: 0 });
    });
    this.order.sort((a, b) => {
      const [x, y] = [this.samples[a.part], this.samples[b.part]];
      return (
        y.timeOffsetMs[b.row] - x.timeOffsetMs[a.row] ||
        y.agentNo[b.row] - x.agentNo[a.row] ||
        this.checks[b.part] - this.checks[a.part] ||
        y.outcome[b.row] - x.outcome[a.row] ||
        y.rttUs[b.row] - x.rttUs[a.row] ||
        compareDetails(y.details.get(b.row), x.details.get(a.row))
      );
    });
    for (let at = this.order.length - 2; at >= 0; at--) {
      if (this.sameInstant(at, at + 1)) this.order[at].ordinal = this.order[at + 1].ordinal + 1;
    }
  }

  private sameInstant(a: number, b: number): boolean {
    const [x, y] = [this.placeAt(a), this.placeAt(b)];
    return x.timeMs === y.timeMs && x.agentNo === y.agentNo && x.check === y.check;
  }
}

/** Whether a place comes after another, which means it is older. */
export function isAfter(place: ResultPlace, other: ResultPlace): boolean {
  return (
    (other.timeMs - place.timeMs ||
      other.agentNo - place.agentNo ||
      other.check - place.check ||
      other.ordinal - place.ordinal) > 0
  );
}
