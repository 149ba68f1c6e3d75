import type { Trace, TraceProbe } from './trace';

/** Flows of a trace that are kept: those with the most rounds. */
export const FLOWS_MAX = 8;
/** In place of an address: no answer in any round of the flow. */
export const SILENT = -1;

/**
 * How a flow ends: at the target; at a router that answers for everything behind it (it reports that the target is unreachable); or in silence.
 */
export type FlowEnd = 'target' | 'unreachable' | 'silent';

/** Rounds of a trace that may have taken the same path. */
export interface Flow {
  /** Index into the trace's addresses by hop, or `SILENT`. The last one answers. Empty: nothing answered. */
  hops: readonly number[];
  end: FlowEnd;
  /** Indexes of its rounds. */
  rounds: readonly number[];
}

interface OpenFlow {
  hops: number[];
  rounds: number[];
}

/**
 * Returns the flows of a trace, those with the most rounds first. Rounds whose known hops do not contradict each other share one; a silent hop
 * contradicts nothing. A round joins the flow with which it has the most hops in common, so another round changes no earlier one.
 */
export function flowsOf({ target, addresses, rounds }: Trace): Flow[] {
  const open: OpenFlow[] = [];
  for (const [at, round] of rounds.entries()) {
    const best = bestFlow(open, round);
    if (best === undefined) open.push({ hops: round.map(responderOf), rounds: [at] });
    else joinFlow(best, round, at);
  }
  open.sort((a, b) => b.rounds.length - a.rounds.length);
  const targetAt = addresses.indexOf(target);
  return open.slice(0, FLOWS_MAX).map((flow) => ({ ...cutHops(flow.hops, targetAt), rounds: flow.rounds }));
}

/** Returns the index of the address that answered the probe, or `SILENT`. */
export function responderOf(probe: TraceProbe | undefined): number {
  return typeof probe === 'object' && probe !== null ? probe[0] : SILENT;
}

function bestFlow(open: readonly OpenFlow[], round: readonly TraceProbe[]): OpenFlow | undefined {
  let best: OpenFlow | undefined;
  let bestShared = -1;
  for (const flow of open) {
    const shared = sharedHops(flow.hops, round);
    if (shared === null) continue;
    const isHeavier = flow.rounds.length > (best?.rounds.length ?? 0);
    if (shared < bestShared || (shared === bestShared && !isHeavier)) continue;
    best = flow;
    bestShared = shared;
  }
  return best;
}

/** Returns the number of hops that answered alike; null if any answered differently. */
function sharedHops(hops: readonly number[], round: readonly TraceProbe[]): number | null {
  let shared = 0;
  for (let at = Math.min(hops.length, round.length) - 1; at >= 0; at--) {
    const responder = responderOf(round[at]);
    if (responder === SILENT || hops[at] === SILENT) continue;
    if (responder !== hops[at]) return null;
    shared++;
  }
  return shared;
}

function joinFlow(flow: OpenFlow, round: readonly TraceProbe[], at: number): void {
  flow.rounds.push(at);
  for (const [hop, probe] of round.entries()) {
    if ((flow.hops[hop] ?? SILENT) === SILENT) flow.hops[hop] = responderOf(probe);
  }
}

/** Cuts after the lowest hop at which the target answers; without one, after the first of the answers with which the flow ends. */
function cutHops(hops: readonly number[], targetAt: number): Pick<Flow, 'hops' | 'end'> {
  const reachedAt = targetAt === -1 ? -1 : hops.indexOf(targetAt);
  if (reachedAt !== -1) return { hops: hops.slice(0, reachedAt + 1), end: 'target' };
  const last = hops.findLastIndex((hop) => hop !== SILENT);
  let first = last;
  for (let at = last - 1; at >= 0 && (hops[at] === hops[last] || hops[at] === SILENT); at--) {
    if (hops[at] === hops[last]) first = at;
  }
  return { hops: hops.slice(0, first + 1), end: first < last ? 'unreachable' : 'silent' };
}
