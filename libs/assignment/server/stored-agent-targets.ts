import { AgentTargets } from '@icmp-mon/assignment/contract';

/** Targets of agents as decided, regardless of whether the agents have received them. */
export class StoredAgentTargets extends AgentTargets {
  override selectKeys(nameCondition: (column: string) => string): string {
    return `SELECT target_key::integer FROM assignment
      WHERE agent_id IN (SELECT id FROM assignment_agent WHERE ${nameCondition('name')})`;
  }
}
