/** Current number of targets per agent, for other contexts; bound to the assignment's own rows. */
export abstract class HeldTargets {
  /** Returns the counts by agent; an agent without targets is missing. */
  abstract byAgent(agentIds: readonly string[]): Promise<ReadonlyMap<string, number>>;

  /** Returns the number of targets that are not placed as their tiers ask. */
  abstract countShort(): Promise<number>;
}
