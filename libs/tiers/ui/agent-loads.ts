import type { PreviewedAgent } from '@icmp-mon/assignment/contract';

/** The load of one agent before and after a change. */
export interface AgentLoad extends PreviewedAgent {
  /** Share of its capacity after the change; null if its capacity is not known. */
  share: number | null;
  /** Whether its load after the change exceeds its capacity. */
  isOver: boolean;
  isChanged: boolean;
}

/** Returns the loads, those above capacity first, then the largest changes. */
export function agentLoads(agents: readonly PreviewedAgent[]): AgentLoad[] {
  return agents.map(loadOf).sort((a, b) => rank(b) - rank(a) || a.name.localeCompare(b.name));
}

function loadOf(agent: PreviewedAgent): AgentLoad {
  const { capacityPps, ppsAfter, ppsBefore, targetsBefore, targetsAfter } = agent;
  const share = capacityPps === null || capacityPps <= 0 ? null : ppsAfter / capacityPps;
  const isChanged = ppsBefore !== ppsAfter || targetsBefore !== targetsAfter;
  return { ...agent, share, isOver: share !== null && share > 1, isChanged };
}

function rank({ isOver, ppsAfter, ppsBefore, targetsAfter, targetsBefore }: AgentLoad): number {
  const change = Math.abs(ppsAfter - ppsBefore) + Math.abs(targetsAfter - targetsBefore) / 1_000;
  return isOver ? change + 1e12 : change;
}
