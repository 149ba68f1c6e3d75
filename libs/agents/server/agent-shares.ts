import type { AgentShare, AgentView } from '@icmp-mon/agents/contract';
import { type AgentAssignments, AssignmentDirectory } from '@icmp-mon/assignment/contract';
import { type MeasuredCounts, MeasuredTargets } from '@icmp-mon/status/contract';
import { createLogger } from '@icmp-mon/platform/ops';
import { Injectable } from '@nestjs/common';

const NOTHING_ASSIGNED = { assigned: 0, refused: 0, assignedPps: 0, capacityPps: null };

/** Adds to agents the target counts of the assignment context and of the shards. */
@Injectable()
export class AgentShares {
  private readonly logger = createLogger('agent-shares');

  constructor(
    private readonly assignments: AssignmentDirectory,
    private readonly measuredTargets: MeasuredTargets,
  ) {}

  /** Adds the counts, or null where they cannot be read: they are the slowest part of the response, and the rest is useful without them. */
  async addTo(agents: readonly AgentView[]): Promise<AgentView[]> {
    const shares = await this.readShares();
    return agents.map((agent) => ({ ...agent, ...(shares === null ? { share: null } : shares(agent.id)) }));
  }

  private async readShares(): Promise<((agentId: string) => Pick<AgentView, 'share' | 'outdated'>) | null> {
    try {
      const [assignments, measuredTargets] = await Promise.all([
        this.assignments.byAgent(),
        this.measuredTargets.byAgent(),
      ]);
      return (agentId) => ({
        share: shareOf(assignments.get(agentId), measuredTargets.get(agentId)),
        outdated: assignments.get(agentId)?.outdated ?? null,
      });
    } catch (error) {
      this.logger.warn({ err: error }, 'agent target counts could not be read');
      return null;
    }
  }
}

/**
 * Returns an agent's share. The shards apply a change later than assignment decides it, so their counts are limited to what is assigned.
 */
export function shareOf(
  { assigned, refused, assignedPps, capacityPps }: Omit<AgentAssignments, 'outdated'> = NOTHING_ASSIGNED,
  counts: MeasuredCounts = { measured: 0, warming: 0, silent: 0 },
): AgentShare {
  const measured = Math.min(counts.measured, assigned);
  const warming = Math.min(counts.warming, assigned - measured);
  const silent = Math.min(counts.silent, assigned - measured - warming);
  return { assigned, refused, measured, warming, silent, assignedPps, capacityPps };
}
