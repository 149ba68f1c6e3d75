import { type AgentView, isAdmitted } from '@icmp-mon/agents/contract';
import { agentTrouble } from '@icmp-mon/agents/look';

/** Agents in service of one region and provider. Each is counted once: draining, otherwise silent, with a problem, or healthy. */
export interface FleetGroup {
  region: string;
  provider: string;
  agents: number;
  healthy: number;
  troubled: number;
  silent: number;
  draining: number;
  /** Packets per second of the targets of its active agents, and their capacity; null without an active agent, if it is not known, or if one has no limit. */
  assignedPps: number | null;
  capacityPps: number | null;
}

/** Returns the groups by region, then provider. Evicted, banned and retired agents are in none. */
export function fleetGroups(agents: readonly AgentView[], nowMs: number): FleetGroup[] {
  const groups = new Map<string, AgentView[]>();
  for (const agent of agents.filter(({ state }) => isAdmitted(state))) {
    const key = JSON.stringify([agent.region, agent.provider]);
    groups.set(key, [...(groups.get(key) ?? []), agent]);
  }
  return [...groups.values()]
    .map((members) => groupOf(members, nowMs))
    .sort((a, b) => a.region.localeCompare(b.region) || a.provider.localeCompare(b.provider));
}

/** Groups that are shown without being asked for, so that the agents below them are visible. */
const GROUPS_SHOWN = 5;

/**
 * Returns the groups to show, in their order: all if `isWhole` or at most one more than `GROUPS_SHOWN`; otherwise those with the most
 * trouble, and the chosen one.
 */
export function shownGroups(
  groups: readonly FleetGroup[],
  isWhole: boolean,
  isChosen: (group: FleetGroup) => boolean,
): readonly FleetGroup[] {
  if (isWhole || groups.length <= GROUPS_SHOWN + 1) return groups;
  const worst = [...groups].sort((a, b) => b.silent - a.silent || b.troubled - a.troubled).slice(0, GROUPS_SHOWN);
  return groups.filter((group) => worst.includes(group) || isChosen(group));
}

function groupOf(members: readonly AgentView[], nowMs: number): FleetGroup {
  const [{ region, provider }] = members;
  const counts = { agents: members.length, healthy: 0, troubled: 0, silent: 0, draining: 0 };
  for (const agent of members) counts[conditionOf(agent, nowMs)]++;
  return { region, provider, ...counts, ...loadOf(members.filter(({ state }) => state === 'active')) };
}

function conditionOf(agent: AgentView, nowMs: number): 'healthy' | 'troubled' | 'silent' | 'draining' {
  if (agent.state === 'draining') return 'draining';
  if (agent.connection !== 'connected') return 'silent';
  return agentTrouble(agent, nowMs) === null ? 'healthy' : 'troubled';
}

function loadOf(active: readonly AgentView[]): Pick<FleetGroup, 'assignedPps' | 'capacityPps'> {
  return {
    assignedPps: sumOf(active.map(({ share }) => share?.assignedPps)),
    capacityPps: sumOf(active.map(({ share }) => share?.capacityPps)),
  };
}

/** Returns the sum; null if a part is missing, or there is none. */
function sumOf(parts: readonly (number | null | undefined)[]): number | null {
  if (parts.length === 0) return null;
  return parts.reduce<number | null>((sum, part) => (sum === null || part == null ? null : sum + part), 0);
}
