/** An agent that probed a target until it was reassigned to other agents. */
export interface FormerAgent {
  agentId: string;
  /** Until when its results for the target are accepted, by the log's clock. */
  untilMs: number;
}

/** How long results of a former agent are accepted: as long as an agent keeps unsent results, plus an hour to deliver them. */
const KEPT_MS = 25 * 3_600_000;
/** Most former agents kept per target: the latest. */
const FORMER_MAX = 8;

/**
 * Returns the former agents of a target after its agents changed from `before` to `after`. An agent that cannot reach the gateway keeps
 * probing, unaware that its targets were reassigned. When it reconnects, its results are stored but do not affect verdicts.
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
  // The time is unknown before the first tick.
  const untilMs = atMs === 0 ? Number.MAX_SAFE_INTEGER : atMs + KEPT_MS;
  return [...others, ...gone.map((agentId) => ({ agentId, untilMs }))].slice(-FORMER_MAX);
}
