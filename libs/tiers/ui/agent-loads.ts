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
  return agents.map(loadOf).sort(compareLoads);
}

function loadOf(agent: PreviewedAgent): AgentLoad {
  const { capacityPps, ppsAfter, ppsBefore, targetsBefore, targetsAfter } = agent;
  const share = capacityPps === null || capacityPps <= 0 ? null : ppsAfter / capacityPps;
  const isChanged = ppsBefore !== ppsAfter || targetsBefore !== targetsAfter;
  return { ...agent, share, isOver: share !== null && share > 1, isChanged };
}

function compareLoads(a: AgentLoad, b: AgentLoad): number {
  return Number(b.isOver) - Number(a.isOver) || changeOf(b) - changeOf(a) || a.name.localeCompare(b.name);
}

function changeOf({ ppsAfter, ppsBefore, targetsAfter, targetsBefore }: AgentLoad): number {
  return Math.abs(ppsAfter - ppsBefore) + Math.abs(targetsAfter - targetsBefore) / 1_000;
}
