/**
 * Targets of agents, for SQL conditions of other contexts in the control database: a list of 100,000 keys would be too long to pass. Bound
 * to the assignment's own rows.
 */
export abstract class AgentTargets {
  /**
   * Returns SQL that selects the keys of all targets for which an agent is selected.
   * @param nameCondition returns the SQL condition on the column of the agent's name
   */
  abstract selectKeys(nameCondition: (column: string) => string): string;
}
