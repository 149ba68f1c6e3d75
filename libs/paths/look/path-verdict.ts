import type { BreakPoint, LossOnset } from '@icmp-mon/paths/contract';
import { agentNames, firstNames, placeText, type ShownPath } from './shown-path';

/** Where the paths break, in words. */
export interface PathVerdict {
  /** `none`: no agent has any evidence. */
  state: 'broken' | 'unclear' | 'good' | 'none';
  headline: string;
  /** Further findings as sentences. */
  evidence: string[];
}

/** Loss from which on everything is lost. */
const EVERYTHING_PERCENT = 99.5;

/** Places that the verdict names. */
const PLACES_MAX = 3;

/** Returns where the paths of the agents break, then what speaks for and against it. */
export function verdictOf(path: ShownPath): PathVerdict {
  const { breaks, unexplained, withoutEvidence } = path.breaks;
  const [worst, second] = breaks;
  const evidence = unexplained.length === 0 ? [] : [unexplainedText(path, unexplained)];
  if (withoutEvidence.length > 0) {
    evidence.push(
      `No evidence from ${agentNames(path, withoutEvidence)}: nothing answered, not even the first hop. The agent itself may be cut off.`,
    );
  }
  if (path.untraced?.length) evidence.push(`No trace from ${firstNames(path.untraced)}: the answers state why.`);
  const judged = path.agents.length - withoutEvidence.length;
  if (worst === undefined) {
    if (unexplained.length > 0) return { state: 'unclear', headline: evidence.shift() ?? '', evidence };
    if (judged === 0) return { state: 'none', headline: evidence.shift() ?? 'No agent has a path yet.', evidence };
    const all = judged === 1 ? 'the agent' : `all ${judged} agents`;
    return { state: 'good', headline: `Nothing is lost on the way from ${all} to ${path.ip}.`, evidence };
  }
  const lossy = new Set([...breaks.flatMap(({ agents }) => agents), ...unexplained]).size;
  if (second !== undefined) {
    const headline = `${lossy} of ${judged} agents lose packets, at ${breaks.length} places: ${placesText(path, breaks)}.`;
    const places = breaks.slice(0, PLACES_MAX).map((each) => `${breakText(path, each)}.`);
    const more = breaks.length - places.length;
    if (more > 0) places.push(`${more} more ${more === 1 ? 'place is' : 'places are'} marked in the graph.`);
    return { state: 'broken', headline, evidence: [...places, ...evidence] };
  }
  const others = judged - lossy - worst.against.length;
  if (others > 0) evidence.unshift(`${others} ${others === 1 ? 'agent' : 'agents'} on other ways: nothing is lost.`);
  if (worst.against.length > 0) evidence.unshift(`Against it: ${agentNames(path, worst.against)}.`);
  return { state: 'broken', headline: `${breakText(path, worst)}.`, evidence };
}

function placesText(path: ShownPath, breaks: readonly BreakPoint[]): string {
  const named = breaks.slice(0, PLACES_MAX).map(({ node, agents }) => {
    const address = path.nodes.find(({ id }) => id === node)?.address ?? node;
    return `${address} (${agents.length} ${agents.length === 1 ? 'agent' : 'agents'})`;
  });
  const more = breaks.length - named.length;
  return more > 0 ? `${named.join(', ')} and ${more} more` : named.join(' and ');
}

/** Returns the evidence for one place, without a full stop. */
export function breakText(path: ShownPath, { node, agents, against }: BreakPoint): string {
  const all = agents.length + against.length;
  const name = path.agents.length === 1 ? '' : agentNames(path, agents);
  const one = name === '' ? 'The only agent on this way' : `${name}, the only agent on this way,`;
  const subject = all === 1 ? one : `${against.length > 0 ? `${agents.length} of` : 'All'} ${all} agents on this way`;
  const lose = agents.length === 1 ? 'loses' : 'lose';
  const place =
    node === path.ip
      ? `on the last hop, at ${placeText(path, node)} or just before it`
      : `at or behind ${placeText(path, node)}`;
  const well = against.length === 0 ? '' : `; ${against.length} ${against.length === 1 ? 'passes' : 'pass'} it well`;
  return `${subject} ${lose} ${lossOfAgents(path, agents)} ${place}${well}`;
}

function unexplainedText(path: ShownPath, agents: readonly string[]): string {
  const one = agents.length === 1;
  return `${agentNames(path, agents)} ${one ? 'loses' : 'lose'} ${lossOfAgents(path, agents)}, at no hop that explains it.`;
}

function lossOfAgents(path: ShownPath, ids: readonly string[]): string {
  const onsets = path.agents.filter(({ agentId }) => ids.includes(agentId)).map(({ onset }) => onset);
  const percents = onsets.filter((onset): onset is LossOnset => onset !== null).map(({ lossPercent }) => lossPercent);
  if (percents.length === 0) return 'packets';
  const [least, most] = [Math.min(...percents), Math.max(...percents)];
  if (least >= EVERYTHING_PERCENT) return 'everything';
  const [from, to] = [Math.round(least), Math.round(most)];
  return from === to ? `${from} % of the packets` : `${from} to ${to} % of the packets`;
}
