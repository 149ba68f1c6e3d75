import { OUTCOME } from '@icmp-mon/probing/contract';
import type { WirePings } from './wire-pings';

/** A result that a gateway received. */
export interface ReceivedResult {
  /** Destination, as a 32-bit number. */
  address: number;
  sentAtMs: number;
  outcome: number;
  rttUs: number;
}

export interface WireComparison {
  pings: number;
  /** Pings without a reply on the wire within the timeout. */
  lost: number;
  /** Pings without a result: the agent did not believe it, or lost it. */
  withoutResult: number;
  /** Results of a loss although the reply arrived within the timeout. */
  falseLosses: number;
  /** Results of a reply although none arrived within the timeout. */
  falseReplies: number;
  /** Results for which no ping left the device. */
  withoutPing: number;
  /** Round trips by the agent, by the wire, and the difference of each, in ms, ascending. */
  agentMs: Float64Array;
  wireMs: Float64Array;
  excessMs: Float64Array;
}

/** Distance of the times of a ping on the wire and of its result, in ms: an address is pinged much less often. */
const APART_MS_MAX = 2_500;
/** A reply that arrived this close to the timeout may count as either, in ms. */
const NEAR_TIMEOUT_MS = 2;

/** Compares the agent's results with what the wire shows, for the pings that left within [fromMs, toMs). */
export function compareWithWire(
  pings: WirePings,
  results: readonly ReceivedResult[],
  { fromMs, toMs, timeoutMs }: { fromMs: number; toMs: number; timeoutMs: number },
): WireComparison {
  const byAddress = Map.groupBy(results, ({ address }) => address);
  const counts = { pings: 0, lost: 0, withoutResult: 0, falseLosses: 0, falseReplies: 0 };
  const agentMs: number[] = [];
  const wireMs: number[] = [];
  const excessMs: number[] = [];
  for (let at = 0; at < pings.count; at++) {
    const sentAtMs = pings.sentAtMs[at];
    const result = takeNearest(byAddress.get(pings.address[at]), sentAtMs);
    if (sentAtMs < fromMs || sentAtMs >= toMs) continue;
    counts.pings++;
    const tripMs = pings.repliedAtMs[at] - sentAtMs;
    if (tripMs > timeoutMs) counts.lost++;
    if (result === undefined) counts.withoutResult++;
    else if (result.outcome !== OUTCOME.reply) counts.falseLosses += tripMs < timeoutMs - NEAR_TIMEOUT_MS ? 1 : 0;
    else if (tripMs > timeoutMs + NEAR_TIMEOUT_MS) counts.falseReplies++;
    else {
      agentMs.push(result.rttUs / 1_000);
      wireMs.push(tripMs);
      excessMs.push(result.rttUs / 1_000 - tripMs);
    }
  }
  const isWithin = ({ sentAtMs }: ReceivedResult): boolean =>
    sentAtMs >= fromMs + APART_MS_MAX && sentAtMs < toMs - APART_MS_MAX;
  const withoutPing = [...byAddress.values()].reduce((sum, left) => sum + left.filter(isWithin).length, 0);
  const sorted = (values: number[]): Float64Array => Float64Array.from(values).sort();
  return { ...counts, withoutPing, agentMs: sorted(agentMs), wireMs: sorted(wireMs), excessMs: sorted(excessMs) };
}

/** Removes the result that is nearest in time, and returns it; undefined if none is near. */
function takeNearest(results: ReceivedResult[] | undefined, sentAtMs: number): ReceivedResult | undefined {
  let nearest = -1;
  let apartMs = APART_MS_MAX;
  results?.forEach((result, at) => {
    const distanceMs = Math.abs(result.sentAtMs - sentAtMs);
    if (distanceMs < apartMs) [nearest, apartMs] = [at, distanceMs];
  });
  return nearest === -1 ? undefined : results?.splice(nearest, 1)[0];
}

/** Returns a quantile of ascending values; 0 if there are none. */
export function quantileOf(sorted: Float64Array, q: number): number {
  return sorted[Math.floor(q * (sorted.length - 1))] ?? 0;
}
