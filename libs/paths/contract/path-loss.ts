import { type Flow, flowsOf, responderOf, SILENT } from './flows';
import { findOnset, type HopCount, type LossOnset, ONSET_ROUNDS } from './loss-onset';
import type { Trace, TraceProbe } from './trace';

/** Loss at one hop of a flow, in percent; null where nothing was sent. */
export interface HopLoss extends HopCount {
  /** The hop's own answers. A router may limit them, which is not loss of the path. */
  ownPercent: number | null;
  /** Smallest loss of this and all later hops, the target included. */
  pathPercent: number | null;
}

export interface FlowLoss {
  flow: Flow;
  hops: readonly HopLoss[];
  onset: LossOnset | null;
}

export interface TraceLoss {
  /** Flows with the most rounds first. */
  flows: readonly FlowLoss[];
  /** Of all rounds together; where those show none, of the first flow that has one in enough rounds. */
  onset: LossOnset | null;
}

const PERCENT = 100;

/** Returns the loss of each flow of a trace, and where the loss of the trace begins. */
export function lossOf(trace: Trace): TraceLoss {
  const flows = flowsOf(trace).map((flow) => lossOfFlow(trace, flow));
  return { flows, onset: pooledOnset(trace, flows) ?? branchOnset(trace, flows) };
}

function lossOfFlow(trace: Trace, flow: Flow): FlowLoss {
  const rounds = flow.rounds.map((at) => trace.rounds[at]);
  const counts = flow.hops.map((_, hop) => countOf(rounds, hop));
  let pathPercent: number | null = flow.end === 'target' ? null : PERCENT;
  const hops: HopLoss[] = [];
  for (let hop = counts.length - 1; hop >= 0; hop--) {
    const { sent, lost } = counts[hop];
    const ownPercent = sent === 0 ? null : (PERCENT * lost) / sent;
    if (ownPercent !== null) pathPercent = Math.min(pathPercent ?? PERCENT, ownPercent);
    hops.unshift({ sent, lost, ownPercent, pathPercent });
  }
  return { flow, hops, onset: flow.end === 'target' ? onsetOf(rounds, counts) : terminalOnset(rounds, flow) };
}

/** Returns the onset over the rounds of all flows: which of several equal branches a probe took does not matter in front of and behind them. */
function pooledOnset(trace: Trace, flows: readonly FlowLoss[]): LossOnset | null {
  if (flows.length === 1) return flows[0].onset;
  const reached = flows.filter(({ flow }) => flow.end === 'target').map(({ flow }) => flow.hops.length);
  if (reached.length === 0) {
    const onset = flows[0]?.onset ?? null;
    return onset && { ...onset, rounds: flows.reduce((sum, each) => sum + (each.onset?.rounds ?? 0), 0) };
  }
  const rounds = onwardRounds(trace, flows);
  const hops = Array.from({ length: Math.min(...reached) }, (_, hop) => hop);
  return onsetOf(
    rounds,
    hops.map((hop) => countOf(rounds, hop)),
  );
}

/**
 * Returns the onset of the first flow that has one in as many rounds as a trace needs: a flow of few rounds shows little. If all its probes are
 * lost while others reach the target, only its share of the rounds is lost.
 */
function branchOnset({ rounds }: Trace, flows: readonly FlowLoss[]): LossOnset | null {
  const needed = Math.min(ONSET_ROUNDS, rounds.length);
  const onset = flows.map((each) => each.onset).find((each) => each !== null && each.rounds >= needed) ?? null;
  if (onset?.terminal !== true || flows.every(({ flow }) => flow.end !== 'target')) return onset;
  return { ...onset, lossPercent: (PERCENT * onset.rounds) / rounds.length, terminal: false };
}

/** Returns the rounds with the answers as lost that a router gave in place of the hops behind it, or in a loop: those probes got no further. */
function onwardRounds({ rounds }: Trace, flows: readonly FlowLoss[]): TraceProbe[][] {
  const stops = new Map(flows.flatMap(({ flow }) => flow.rounds.map((at) => [at, stopOf(flow)] as const)));
  return rounds.map((round, at) => {
    const stop = stops.get(at) ?? Infinity;
    return round.map((probe, hop) => (hop >= stop && responderOf(probe) !== SILENT ? 'lost' : probe));
  });
}

/** Returns the first hop at which an answer is none of the path onwards. */
function stopOf({ hops, end }: Flow): number {
  if (end === 'target') return Infinity;
  const loopAt = secondPass(hops);
  if (loopAt !== -1) return loopAt;
  return end === 'unreachable' ? hops.length : Infinity;
}

function onsetOf(rounds: readonly (readonly TraceProbe[])[], counts: readonly HopCount[]): LossOnset | null {
  return findOnset(counts, rounds.length, (hops) => {
    return rounds.filter((round) => hops.some((hop) => round[hop] === 'lost')).length;
  });
}

/** Returns the loss of a target that answers nothing. Nothing answered at all is no evidence: the agent may be cut off. */
function terminalOnset(rounds: readonly (readonly TraceProbe[])[], { hops, end }: Flow): LossOnset | null {
  if (hops.length === 0) return null;
  const loopAt = secondPass(hops);
  if (loopAt !== -1) return { hop: loopAt + 1, lossPercent: PERCENT, rounds: rounds.length, terminal: true };
  // A router that reports the target as unreachable answers in place of the later hops.
  const silent = rounds.filter((round) => {
    return round.slice(hops.length).some((probe) => probe === 'lost' || end === 'unreachable');
  }).length;
  if (silent < Math.min(ONSET_ROUNDS, rounds.length)) return null;
  return { hop: hops.length + 1, lossPercent: PERCENT, rounds: silent, terminal: true };
}

/** Returns the index at which a path returns to a router that it has passed, over another one; -1 if it does not. */
function secondPass(hops: readonly number[]): number {
  const known = hops.flatMap((hop, at) => (hop === SILENT ? [] : [{ hop, at }]));
  const second = known.findIndex(
    ({ hop }, at) => at > 0 && hop !== known[at - 1].hop && known.findIndex((each) => each.hop === hop) < at,
  );
  return second === -1 ? -1 : known[second].at;
}

/** Counts the probes of a hop, except probes that may still be answered or have no data. */
function countOf(rounds: readonly (readonly TraceProbe[])[], hop: number): HopCount {
  let sent = 0;
  let lost = 0;
  for (const round of rounds) {
    const probe = round[hop];
    if (probe === undefined || probe === null || probe === 'waiting') continue;
    sent++;
    if (probe === 'lost') lost++;
  }
  return { sent, lost };
}
