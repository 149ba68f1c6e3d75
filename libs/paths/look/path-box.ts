import type { BreakPoint, PathViewNode } from '@icmp-mon/paths/contract';
import { percentText, rttText } from '@icmp-mon/platform/ui-kit';
import type { DrawnNode } from './fold-agents';
import { breakText } from './path-verdict';
import { agentNames, asText, lossText, shortAddress, type ShownPath } from './shown-path';

/** Texts of a box of the drawn graph. */
export interface PathBox {
  title: string;
  second: string;
  rtt: string;
  /** Share of the probes that the node itself answered; empty if it answered all. */
  own: string;
  /** Path loss; empty without loss. */
  loss: string;
  isBreak: boolean;
  isLoop: boolean;
  /** Everything about the node as sentences: its description for screen readers, and its details. */
  facts: readonly { name: string; text: string }[];
}

/** Loss from which on a node is drawn as down. */
const MOST_PERCENT = 50;
const PERCENT = 100;

export const isMostLost = (node: PathViewNode | undefined): boolean => (node?.pathPercent ?? 0) >= MOST_PERCENT;

/** Returns the texts of a box. */
export function boxOf(path: ShownPath, drawn: DrawnNode): PathBox {
  const node = path.nodes.find(({ id }) => id === drawn.id);
  const breaks = path.breaks.breaks.filter((each) => isPlaceOf(path, each, drawn));
  const loops = path.loops.filter(({ nodes }) => nodes.includes(drawn.id));
  const loss = lossText(node?.pathPercent ?? null);
  const own = node?.ownPercent ?? 0;
  const texts = titleOf(path, drawn, node);
  return {
    ...texts,
    rtt: node?.rttUs == null ? '' : rttText(node.rttUs),
    own: own > 0 ? `answers ${percentText(Math.round(PERCENT - own) / PERCENT)}` : '',
    loss: loss === null ? '' : `${loss} loss`,
    isBreak: breaks.length > 0,
    isLoop: loops.length > 0,
    facts: [
      ...breaks.map((each) => ({ name: 'Breaks here', text: `${breakText(path, each)}.` })),
      ...loops.map(({ agent }) => ({
        name: 'Loop',
        text: `The path of ${agentNames(path, [agent])} passes it again.`,
      })),
      ...factsOf(path, drawn, node),
    ],
  };
}

/** A router that is silent now, and known from earlier traces, is one of those behind the last answer. */
function isPlaceOf(
  path: ShownPath,
  { node, agents }: BreakPoint,
  { id, kind, gapHops, agents: of }: DrawnNode,
): boolean {
  if (node === id) return true;
  const isHidden = !path.nodes.some((each) => each.id === node);
  return isHidden && kind === 'gap' && gapHops === 0 && of.some((agent) => agents.includes(agent));
}

function titleOf(path: ShownPath, drawn: DrawnNode, node: PathViewNode | undefined): Pick<PathBox, 'title' | 'second'> {
  switch (drawn.kind) {
    case 'agent':
      return { title: agentNames(path, drawn.agents), second: 'agent' };
    case 'group': {
      const { agents } = drawn;
      if (agents.length === 1) return { title: agentNames(path, agents), second: 'agent' };
      return { title: `${agents.length} agents`, second: agentNames(path, agents) };
    }
    case 'gap':
      if (drawn.gapHops === 0) return { title: 'no answer', second: 'from here on' };
      return { title: drawn.gapHops === 1 ? '1 silent hop' : `${drawn.gapHops} silent hops`, second: '' };
    case 'router':
    case 'target':
      return { title: shortAddress(drawn.address), second: node?.name ?? asText(node?.asNumber ?? null) };
  }
}

function factsOf(path: ShownPath, drawn: DrawnNode, node: PathViewNode | undefined): PathBox['facts'] {
  const facts: { name: string; text: string }[] = [];
  const add = (name: string, text: string | null): void => {
    if (text !== null && text !== '') facts.push({ name, text });
  };
  if (drawn.kind === 'gap') {
    const text = 'Routers here send no answers; packets pass them all the same.';
    add('Silent', drawn.gapHops === 0 ? 'Nothing behind the last answer answers, the target included.' : text);
  }
  add('Address', drawn.address);
  add('Name', node?.name ?? null);
  add('Network', asText(node?.asNumber ?? null));
  if (drawn.kind !== 'agent') add(drawn.kind === 'group' ? 'Agents' : 'Passed by', agentNames(path, drawn.agents));
  add('Hops inside', drawn.hiddenHops === 0 ? null : String(drawn.hiddenHops));
  add('Median RTT', node?.rttUs == null ? null : rttText(node.rttUs));
  add('Own answers', node?.ownPercent == null ? null : percentText(Math.round(PERCENT - node.ownPercent) / PERCENT));
  add('Path loss', node?.pathPercent == null ? null : (lossText(node.pathPercent) ?? 'none'));
  if (drawn.kind !== 'target') add('Hops to the target', String(drawn.column));
  return facts;
}
