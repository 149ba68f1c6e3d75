import type { AgentView, AnchorState } from '@icmp-mon/agents/contract';

/** Most agents that are named; the number has all. */
const NAMES_MAX = 5;

export interface AnchorRow {
  ip: string;
  answers: number;
  /** Names of the agents that receive no reply. */
  silent: string[];
  /** The first of them as one text. */
  silentNames: string;
  refused: number;
  unmeasured: number;
}

/** Returns how the connected agents see each anchor. A state of a newer release counts as not measured. */
export function anchorRows(
  ips: readonly string[],
  agents: readonly Pick<AgentView, 'name' | 'connection' | 'telemetry'>[],
): AnchorRow[] {
  const connected = agents.filter(({ connection }) => connection === 'connected');
  return ips.map((ip) => {
    const stateOf = ({ telemetry }: Pick<AgentView, 'telemetry'>): AnchorState =>
      telemetry?.anchors?.find((anchor) => anchor.ip === ip)?.state ?? 'unmeasured';
    const count = (state: AnchorState): number => connected.filter((agent) => stateOf(agent) === state).length;
    const silent = connected.filter((agent) => stateOf(agent) === 'silent').map(({ name }) => name);
    const [answers, refused] = [count('answers'), count('refused')];
    const more = silent.length > NAMES_MAX ? `, and ${silent.length - NAMES_MAX} more` : '';
    return {
      ...{ ip, answers, silent, refused },
      silentNames: silent.slice(0, NAMES_MAX).join(', ') + more,
      unmeasured: connected.length - answers - refused - silent.length,
    };
  });
}
