/**
 * - `silent`: not heard for longer than `SILENT_AFTER_MS`
 * - `unable`: reports, and says that it cannot probe
 * - `returning`: heard again after its targets were moved, and not yet stable
 * - `unheard`: enrolled a while ago, and never heard
 */
export type Condition = 'ok' | 'silent' | 'unable' | 'returning' | 'unheard';

/** The last decision on an agent. */
export interface Decision {
  agentId: string;
  condition: Condition;
  sinceMs: number;
  /** Tiers with a hold-down of this length or less select other agents; 0 while none does. */
  heldMs: number;
  /** Number of times its targets were moved away; reset to 0 after `MOVES_FORGOTTEN_MS` of being ok. */
  moves: number;
  cause: string;
}

/** One agent as the watch sees it. */
export interface WatchedAgent {
  agentId: string;
  /** Since when assignment knows it. */
  knownSinceMs: number;
  /** When its last report arrived, by the watch's clock; null: never. */
  heardAtMs: number | null;
  /** Why it cannot probe, in its own words; null when it can. */
  trouble: string | null;
  decision: Decision | undefined;
}

export interface Watch {
  nowMs: number;
  agents: readonly WatchedAgent[];
  /** Hold-downs of all tiers, rising. */
  holdDownsMs: readonly number[];
  /** Hold-downs count from here at the earliest: the watch could not see before. */
  releasedAtMs: number;
  /** Why silence says nothing about the agents; null when it does. */
  blind: string | null;
}

export interface Outcome {
  decisions: Decision[];
  /** Why no targets are moved away from agents that are not heard; null while they are. */
  holding: string | null;
}

/** An agent reports every 5 s: three reports are missing then. */
export const SILENT_AFTER_MS = 15_000;
/** An agent that was never heard is no cause for concern before. */
const FIRST_REPORT_MS = 60_000;
const HOLD_DOWN_INTERVALS = 20;
const HOLD_DOWN_MS_MIN = 30_000;
/** Longest time that a flapping agent must be stable before it gets its targets back. */
const STABLE_MS_MAX = 3_600_000;
/** After this long of being ok, former moves no longer count. */
const MOVES_FORGOTTEN_MS = 3_600_000;

/** How long an agent may be silent before its targets of a tier move: 20 intervals, at least 30 s, at most `maxMs`. */
export function holdDownMs(probeIntervalMs: number, maxMs: number): number {
  return Math.min(maxMs, Math.max(HOLD_DOWN_MS_MIN, HOLD_DOWN_INTERVALS * probeIntervalMs));
}

/**
 * How long an agent must be stable before it gets its targets back, ms: the hold-down that moved them, doubled with each further move, at
 * most one hour. So the targets of a flapping agent move less and less often (route flap damping, RFC 2439).
 */
export function stableMs({ heldMs, moves }: Decision): number {
  return Math.min(Math.max(heldMs, STABLE_MS_MAX), heldMs * 2 ** Math.max(0, moves - 1));
}

/**
 * What changes for each agent. Pure, so that decisions follow from what is stored and seen, whichever worker looks.
 *
 *   (never heard) ──heard──▶ ok ──not heard, or cannot probe──▶ silent, unable ──hold-down of a tier over──▶ the same, held
 *                            ▲                                       │                                          │
 *                            ├───────────────heard───────────────────┘                                          │
 *                            └──────────stable (`stableMs`)───────── returning ◀──────────────heard──────────────┘
 *
 * When more than half of the agents that still have their targets are silent at once, or their reports are not read, the
 * control plane has lost its link to them: then no hold-down ends.
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
    ? `${silent} of ${unmoved.length} agents are not heard: more than half at once is taken for a fault of the control plane`
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

/** The decision for an agent that reports and can probe. */
function decideWell({ agentId, heardAtMs, decision }: WatchedAgent, nowMs: number): Decision | null {
  if (heardAtMs === null || decision?.condition === 'ok') return null;
  if (decision === undefined) return { agentId, condition: 'ok', sinceMs: nowMs, heldMs: 0, moves: 0, cause: 'heard' };
  const { condition, heldMs, sinceMs, moves } = decision;
  if (heldMs === 0) return { agentId, condition: 'ok', sinceMs: nowMs, heldMs, moves, cause: 'heard again' };
  const stableForMs = stableMs(decision);
  if (condition !== 'returning') {
    const cause = `heard again, gets its targets back once stable for ${seconds(stableForMs)}`;
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
    return { condition: 'unheard', sinceMs: knownSinceMs, cause: 'never heard' };
  }
  if (isSilent(agent, nowMs)) return { condition: 'silent', sinceMs: heardAtMs, cause: 'not heard' };
  return trouble === null ? null : { condition: 'unable', sinceMs: nowMs, cause: trouble };
}

/** The longest hold-down that is over. */
function heldAfter(sinceMs: number, { nowMs, releasedAtMs, holdDownsMs }: Watch): number {
  const elapsedMs = nowMs - Math.max(sinceMs, releasedAtMs);
  return holdDownsMs.filter((ms) => ms <= elapsedMs).at(-1) ?? 0;
}

function seconds(ms: number): string {
  return `${Math.round(ms / 1_000)} s`;
}
