/** How many targets agents hold now, for other contexts; composed with assignment's own rows. */
export abstract class HeldTargets {
  /** By agent; those that hold none are missing. */
  abstract byAgent(agentIds: readonly string[]): Promise<ReadonlyMap<string, number>>;
}
