import { isConfirming, isSuccess, isVote } from '@icmp-mon/probing/contract';
import {
  appendSeriesBody,
  encodePairHours,
  PAIR_HOUR_FLAG,
  type PairHour,
  RttHistogram,
  SERIES_SAMPLES_MAX,
  SeriesBuilder,
  type SeriesSamples,
  sortSamples,
} from '@icmp-mon/probing/wire';

interface AgentTally {
  sent: number;
  lost: number;
  runs: number;
  /** Whether the last round was missed. */
  isMissing: boolean;
  histogram: RttHistogram;
}

/**
 * Counts the rounds of one target and check over an hour, per agent. Probes that confirm a miss are left out: they would make losses look more
 * frequent than they are.
 */
export class PairHourTally {
  private readonly agents = new Map<number, AgentTally>();
  /** Histograms are large: those of earlier hours are used again. */
  private readonly free: RttHistogram[] = [];
  private readonly builder = new SeriesBuilder(SERIES_SAMPLES_MAX);

  /** Adds one window, as the bodies of its rows; windows of an hour come in the order of time. Throws a `SeriesBodyError` for invalid bytes. */
  addWindow(bodies: readonly Uint8Array[]): void {
    this.builder.clear();
    for (const body of bodies) appendSeriesBody(this.builder, body);
    const samples = sortSamples(this.builder.buildSamples());
    for (let from = 0; from < samples.count;) {
      let to = from + 1;
      while (to < samples.count && samples.agentNo[to] === samples.agentNo[from]) to++;
      this.addRounds(samples, from, to);
      from = to;
    }
  }

  /** Returns the body of the row and starts again; null if no agent sent anything. */
  takeBody(flagsOf: (agentNo: number) => number): Uint8Array | null {
    const pairs: PairHour[] = [];
    for (const [agentNo, { sent, lost, runs, histogram }] of [...this.agents].sort(([a], [b]) => a - b)) {
      const bad = lost * 2 > sent ? PAIR_HOUR_FLAG.bad : 0;
      if (sent > 0)
        pairs.push({ agentNo, sent, lost, runs, flags: bad | flagsOf(agentNo), histogram: histogram.encodeBins() });
      histogram.clear();
      this.free.push(histogram);
    }
    this.agents.clear();
    return pairs.length === 0 ? null : encodePairHours(pairs);
  }

  private addRounds({ agentNo, outcome, rttUs, details }: SeriesSamples, from: number, to: number): void {
    const tally = this.tallyOf(agentNo[from]);
    for (let at = from; at < to; at++) {
      if (!isVote(outcome[at]) || (details.size > 0 && isConfirming(details.get(at)))) continue;
      const isMissed = !isSuccess(outcome[at]);
      tally.sent++;
      if (!isMissed) tally.histogram.add(rttUs[at]);
      else {
        tally.lost++;
        if (!tally.isMissing) tally.runs++;
      }
      tally.isMissing = isMissed;
    }
  }

  private tallyOf(agentNo: number): AgentTally {
    let tally = this.agents.get(agentNo);
    if (tally === undefined) {
      const histogram = this.free.pop() ?? new RttHistogram();
      this.agents.set(agentNo, (tally = { sent: 0, lost: 0, runs: 0, isMissing: false, histogram }));
    }
    return tally;
  }
}
