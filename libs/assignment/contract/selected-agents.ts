/** Agents that are selected for a target, for routes of other contexts; bound to the assignment's own rows. */
export abstract class SelectedAgents {
  /** Returns the ids of the agents, as last decided; none for a paused target, or one that is not placed. */
  abstract ofTarget(targetKey: number): Promise<string[]>;
}
