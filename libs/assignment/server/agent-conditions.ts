/**
 * Condition of an agent, decided by the watch from its reports.
 * - `ok`: reports and can probe
 * - `silent`: no report for longer than `SILENT_AFTER_MS`
 * - `unable`: reports that it cannot probe
 * - `returning`: reports again after its targets were moved, but is not stable yet
 * - `unheard`: enrolled more than a minute ago, but has never reported
 */
export type Condition = 'ok' | 'silent' | 'unable' | 'returning' | 'unheard';

/** Last decision on an agent. */
export interface Decision {
  agentId: string;
  condition: Condition;
  sinceMs: number;
  /** Hold-down that has expired, in ms: tiers with this hold-down or a shorter one select other agents; 0 while none does. */
  heldMs: number;
  /** Number of times its targets were moved away; reset to 0 after `MOVES_FORGOTTEN_MS` of being ok. */
  moves: number;
  cause: string;
}

/** Input of the watch about one agent. */
export interface WatchedAgent {
  agentId: string;
  /** Since when the assignment has a row of the agent. */
  knownSinceMs: number;
  /** When its last report arrived, by the watch's clock; null if it never reported. */
  heardAtMs: number | null;
  /** Why it cannot probe, from its report; null when it can. */
  trouble: string | null;
  decision: Decision | undefined;
}

export interface Watch {
  nowMs: number;
  agents: readonly WatchedAgent[];
  /** Hold-downs of all tiers in ms, ascending. */
  holdDownsMs: readonly number[];
  /** Earliest start of every hold-down: before this time the watch could not see reports. */
  releasedAtMs: number;
  /** Why missing reports do not mean lost agents; null when they do. */
  blind: string | null;
}

export interface Outcome {
  decisions: Decision[];
  /** Why no targets are moved away from silent agents; null while they are moved. */
  holding: string | null;
}

/** An agent reports every 5 s, so three reports are missing by then. */
export const SILENT_AFTER_MS = 15_000;
/** Time after which an agent without a first report is `unheard`. */
const FIRST_REPORT_MS = 60_000;
const HOLD_DOWN_INTERVALS = 20;
const HOLD_DOWN_MS_MIN = 30_000;
/** Longest time for which a flapping agent must be stable before it gets its targets back. */
const STABLE_MS_MAX = 3_600_000;
/** After this time of being ok, former moves no longer count. */
const MOVES_FORGOTTEN_MS = 3_600_000;

/** Returns how long an agent may be silent before its targets of a tier move: 20 intervals, at least 30 s, at most `maxMs`. */
export function holdDownMs(probeIntervalMs: number, maxMs: number): number {
  return Math.min(maxMs, Math.max(HOLD_DOWN_MS_MIN, HOLD_DOWN_INTERVALS * probeIntervalMs));
}

/**
 * Returns how long an agent must be stable before it gets its targets back, in ms: the hold-down after which they moved, doubled for each
 * further move, at most one hour. So the targets of a flapping agent move less and less often (route flap damping, RFC 2439).
 */
export function stableMs({ heldMs, moves }: Decision): number {
  return Math.min(Math.max(heldMs, STABLE_MS_MAX), heldMs * 2 ** Math.max(0, moves - 1));
}

/**
 * Decides the next condition of each agent. Pure: the result depends only on what is stored and observed, so any worker decides the same.
 *
 *       (no report yet) ──first report──▶ ok ──silent, or cannot probe──▶ silent, unable ──hold-down of a tier expires──▶ same, targets moved
 *                                         ▲                                    │                                             │
 *                                         ├───────reports again────────────────┘                                             │
 *                                         └──────stable for `stableMs`──────── returning ◀───────────reports again───────────┘
 *
 * Invariants:
 * - Late: a target moves away from an agent only after the hold-down of its tier.
 * - Damped: an agent gets its targets back only after it was stable for `stableMs`.
 * - Fail-static: while more than half of the agents that still have their targets are silent at the same time, or their reports are not
 *   consumed, the control plane is taken to have lost its link to them, and no hold-down expires.
 */
export function decideConditions(watch: Watch): Outcome {
  const holding = reasonToHold(watch);
  const decisions = watch.agents.flatMap((agent) => decideOne(agent, watch, holding) ?? []);
  return { decisions, holding };
}

export function isSilent({ heardAtMs }: WatchedAgent, nowMs: number): boolean {
  return heardAtMs === null || nowMs - heardAtMs > SILENT_AFTER_MS;
}

function reasonToHold({ agents, nowMs, blind }: Watch): string | null {
  const unmoved = agents.filter(({ heardAtMs, decision }) => heardAtMs !== null && (decision?.heldMs ?? 0) === 0);
  const silent = unmoved.filter((agent) => isSilent(agent, nowMs)).length;
  if (silent === 0) return null;
  if (blind !== null) return blind;
  return silent * 2 > unmoved.length
    ? `${silent} of ${unmoved.length} agents send no reports: more than half at the same time means a fault of the control plane`
    : null;
}

function decideOne(agent: WatchedAgent, watch: Watch, holding: string | null): Decision | null {
  const { agentId, decision } = agent;
  const { nowMs } = watch;
  const fault = faultOf(agent, nowMs);
  if (fault === null) return decideWell(agent, nowMs);
  const { condition, cause } = fault;
  if (decision === undefined || decision.condition === 'ok' || decision.condition === 'returning') {
    return { agentId, ...fault, heldMs: decision?.heldMs ?? 0, moves: movesOf(decision, nowMs) };
  }
  const { sinceMs, moves } = decision;
  if (condition === 'unheard' || decision.condition === 'unheard') {
    return condition === decision.condition ? null : { agentId, ...fault, heldMs: 0, moves };
  }
  const heldMs = holding === null ? Math.max(decision.heldMs, heldAfter(sinceMs, watch)) : decision.heldMs;
  if (condition === decision.condition && heldMs === decision.heldMs) return null;
  const isMoved = decision.heldMs === 0 && heldMs > 0;
  return {
    agentId,
    condition,
    sinceMs,
    heldMs,
    moves: isMoved ? moves + 1 : moves,
    cause: heldMs > decision.heldMs ? `${cause}, for ${seconds(heldMs)}` : cause,
  };
}

/** Decides on an agent that reports and can probe. */
function decideWell({ agentId, heardAtMs, decision }: WatchedAgent, nowMs: number): Decision | null {
  if (heardAtMs === null || decision?.condition === 'ok') return null;
  if (decision === undefined)
    return { agentId, condition: 'ok', sinceMs: nowMs, heldMs: 0, moves: 0, cause: 'first report' };
  const { condition, heldMs, sinceMs, moves } = decision;
  if (heldMs === 0) return { agentId, condition: 'ok', sinceMs: nowMs, heldMs, moves, cause: 'reports again' };
  const stableForMs = stableMs(decision);
  if (condition !== 'returning') {
    const cause = `reports again, gets its targets back after it is stable for ${seconds(stableForMs)}`;
    return { agentId, condition: 'returning', sinceMs: nowMs, heldMs, moves, cause };
  }
  if (nowMs - sinceMs < stableForMs) return null;
  return { agentId, condition: 'ok', sinceMs: nowMs, heldMs: 0, moves, cause: `stable for ${seconds(stableForMs)}` };
}

function movesOf(decision: Decision | undefined, nowMs: number): number {
  if (decision === undefined) return 0;
  return decision.condition === 'ok' && nowMs - decision.sinceMs >= MOVES_FORGOTTEN_MS ? 0 : decision.moves;
}

function faultOf(agent: WatchedAgent, nowMs: number): Omit<Decision, 'agentId' | 'heldMs' | 'moves'> | null {
  const { heardAtMs, knownSinceMs, trouble } = agent;
  if (heardAtMs === null) {
    if (nowMs - knownSinceMs <= FIRST_REPORT_MS) return null;
    return { condition: 'unheard', sinceMs: knownSinceMs, cause: 'no report yet' };
  }
  if (isSilent(agent, nowMs)) return { condition: 'silent', sinceMs: heardAtMs, cause: 'no report' };
  return trouble === null ? null : { condition: 'unable', sinceMs: nowMs, cause: trouble };
}

/** Returns the longest hold-down that has expired, in ms; 0 if none has. */
function heldAfter(sinceMs: number, { nowMs, releasedAtMs, holdDownsMs }: Watch): number {
  const elapsedMs = nowMs - Math.max(sinceMs, releasedAtMs);
  return holdDownsMs.filter((ms) => ms <= elapsedMs).at(-1) ?? 0;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
