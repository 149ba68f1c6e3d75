import type { Trace, TraceProbe } from '@icmp-mon/paths/contract';

/** Distance and answers of the target of a trace. */
export interface TraceSummary {
  /** Rounds; once the target has answered, only those in which it is known whether it did. */
  rounds: number;
  /** Rounds in which the target answered. */
  reached: number;
  /** Distance of the target: the lowest hop limit that reached it; null if it has not answered. */
  hops: number | null;
  /** Highest hop limit that anything answered; 0 without an answer. */
  lastHop: number;
}

/** Returns what a trace, which may still run, shows of its target. */
export function traceSummary({ target, addresses, rounds }: Trace): TraceSummary {
  const hopsByRound = rounds.map((round) => round.findIndex((probe) => responderOf(probe) === target) + 1);
  const reachedHops = hopsByRound.filter((hop) => hop > 0);
  const lastHops = rounds.map((round) => round.findLastIndex((probe) => responderOf(probe) !== undefined) + 1);
  const hops = reachedHops.length === 0 ? null : Math.min(...reachedHops);
  return {
    rounds: rounds.filter((round, at) => hops === null || hopsByRound[at] > 0 || isKnown(round[hops - 1])).length,
    reached: reachedHops.length,
    hops,
    lastHop: Math.max(0, ...lastHops),
  };

  function isKnown(probe: TraceProbe | undefined): boolean {
    return probe === 'lost' || Array.isArray(probe);
  }

  function responderOf(probe: TraceProbe | undefined): string | undefined {
    return Array.isArray(probe) ? addresses[Number(probe[0])] : undefined;
  }
}

/** Returns a trace in one sentence. */
export function traceText(trace: Trace): string {
  const { rounds, reached, hops, lastHop } = traceSummary(trace);
  const of = `${reached} of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}`;
  if (hops !== null) return `${hops} ${hops === 1 ? 'hop' : 'hops'}, the target answered in ${of}`;
  return lastHop === 0 ? 'nothing answered' : `the target did not answer; the last answer came from hop ${lastHop}`;
}
