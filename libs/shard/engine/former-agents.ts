/** An agent that probed a target until it was given to others. */
export interface FormerAgent {
  agentId: string;
  /** By the log's clock: until then what it measured is kept. */
  untilMs: number;
}

/** As long as an agent keeps what it measured while it is cut off, and an hour for it to arrive. */
const KEPT_MS = 25 * 3_600_000;
/** More former agents of one target than this are not remembered: the latest are. */
const FORMER_MAX = 8;

/**
 * The former agents of a target once `before` became `after`: the agents that are cut off keep measuring and do not hear that their targets
 * were given to others. What they measured is kept when they return; it judges nothing.
 */
export function formerAgents(
  known: readonly FormerAgent[],
  before: readonly string[],
  after: readonly string[],
  atMs: number,
): FormerAgent[] {
  const gone = before.filter((agentId) => !after.includes(agentId));
  const others = known.filter(
    ({ agentId, untilMs }) => untilMs > atMs && !after.includes(agentId) && !gone.includes(agentId),
  );
  // Before the first tick it is not known what time it is.
  const untilMs = atMs === 0 ? Number.MAX_SAFE_INTEGER : atMs + KEPT_MS;
  return [...others, ...gone.map((agentId) => ({ agentId, untilMs }))].slice(-FORMER_MAX);
}
