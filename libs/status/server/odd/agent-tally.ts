import type { AgentStanding } from '@icmp-mon/probing/contract';

/**
 * Peers with whom an agent is compared, on the same checks of the same targets: all others, those of other providers, those of other regions. The
 * narrower scopes reveal agents that are lost together, because these do not contradict each other.
 */
export const SCOPES = ['others', 'providers', 'regions'] as const;

/**
 * Effect on the `down` votes of an agent.
 * - `none`: they count
 * - `held`: they make nothing down, and the current status holds: the agent is suspect since a short time
 * - `fading`: the same for votes from before the end of a suspicion or cause, until the pairs are probed again
 * - `aside`: they count as missing
 * - `partition`: they make nothing down, but the target as degraded: unreachable from this agent
 */
export type VoteEffect = 'none' | 'held' | 'fading' | 'aside' | 'partition';

/** Answer of a pair: nothing (no fresh verdict, or never a reply), a reply, or a miss. */
export const ANSWER = { none: 0, replies: 1, misses: 2 } as const;

/** How long the statuses hold that only the misses of a suspect agent would change. Then those misses count as missing. */
export const HOLD_MS = 30_000;
/** After this time of being well by the shard's own counts the cause of an agent no longer counts: its publisher may have ended. */
export const STANDING_WELL_MS = 60_000;

/** Fewest pairs by which the share of misses of an agent is judged. */
const PAIRS_MIN = 20;
/** Number of pairs in a row, without a reply in between, that reveal a lost agent before half of its pairs have been probed. */
const RUN_MIN = 3;
/** Fewest comparisons for a run. */
const RUN_COMPARED_MIN = 6;

/**
 * Limits of a suspicion: misses are at least one of `missed` pairs, of the comparisons at least one of `reached` is a miss that the peer does
 * not share, and these are `ratio` times those the other way round. Others may really be down, so `reached` is the looser one.
 */
const BEGIN = { missed: 2, reached: 3, ratio: 10 };
const END = { missed: 4, reached: 6, ratio: 5 };

/** Comparisons of the pairs of one agent with those of its peers in one scope. */
export interface Comparisons {
  /** The agent misses, a peer gets replies. */
  contradicted: number;
  /** The agent gets replies, a peer misses. */
  contradicting: number;
  /** Both get replies. */
  agreed: number;
  /** Both miss. */
  shared: number;
}

/** Counts of one agent, or of the agents of a provider or region, within one shard. */
export interface Counts {
  replies: number;
  misses: number;
  compared: Comparisons[];
  /** Pairs that began to miss since the last reply of their agent. */
  missRun: number;
}

/** Counts of one agent by scope, and what the shard holds of it. */
export interface AgentTally extends Counts {
  readonly agentId: string;
  readonly provider: string;
  readonly region: string;
  /** Age of the shard since which the agent is suspect; null while it is not. */
  suspectAgeMs: number | null;
  /** Whether the hold of statuses after the beginning of the suspicion is over. */
  isHoldOver: boolean;
  /** Cause that a fact states. */
  standing: AgentStanding | undefined;
  /** Age of the shard since which the agent is well by the shard's own counts although it has a cause; null otherwise. */
  wellAgeMs: number | null;
  /** Age of the shard at which the last suspicion or cause ended; null once all votes from before are replaced. */
  endedAgeMs: number | null;
  /** Whether the cause no longer counts, because the agent has been well for long. */
  isStandingOver: boolean;
  effect: VoteEffect;
}

export function newTally(agentId: string, provider: string, region: string): AgentTally {
  return {
    ...{ agentId, provider, region, replies: 0, misses: 0, missRun: 0 },
    compared: SCOPES.map(noComparisons),
    ...{ suspectAgeMs: null, isHoldOver: false, standing: undefined, wellAgeMs: null, endedAgeMs: null },
    ...{ isStandingOver: false, effect: 'none' },
  };
}

function noComparisons(): Comparisons {
  return { contradicted: 0, contradicting: 0, agreed: 0, shared: 0 };
}

/** Returns the counts of all agents of a group, in the scope of the agents outside of it. */
function groupCounts(members: readonly AgentTally[], scope: number): Counts {
  const outside = noComparisons();
  const group: Counts = { replies: 0, misses: 0, missRun: 0, compared: [outside] };
  for (const { replies, misses, missRun, compared } of members) {
    group.replies += replies;
    group.misses += misses;
    group.missRun += missRun;
    outside.contradicted += compared[scope].contradicted;
    outside.contradicting += compared[scope].contradicting;
    outside.agreed += compared[scope].agreed;
    outside.shared += compared[scope].shared;
  }
  return group;
}

/**
 * Whether the agent is the odd one out by the counts of the shard, alone or as one of its provider or region. It is suspect if it misses at
 * least half of at least 20 pairs, ten times as many as its peers in some scope; or if it missed three pairs in a row that peers reach; or
 * if its anchors are silent too. The suspicion begins at these limits, and ends at half of them. Misses that a peer shares are not odd, so
 * an outage of targets makes no agent suspect.
 */
function isSuspect(tally: AgentTally, groups: readonly Counts[], areAnchorsSilent: boolean): boolean {
  const { misses, missRun, suspectAgeMs } = tally;
  const limits = suspectAgeMs === null ? BEGIN : END;
  const missesMany = misses > 0 && misses * limits.missed >= tally.replies + misses;
  if (areAnchorsSilent && missesMany) return true;
  if (isInRun(tally) || hasOddShare(tally, limits)) return true;
  return groups.some((group, at) => {
    if (missRun > 0 && isInRun(group)) return true;
    return missesMany && isContradicted(tally.compared[at + 1], limits) && hasOddShare(group, limits);
  });
}

/** Whether peers reach what was missed in a row. What was reached before the run is outdated, so it does not matter here. */
function isInRun({ missRun, compared }: Counts): boolean {
  if (missRun < RUN_MIN) return false;
  return compared.some(
    (counts) =>
      counts.contradicted >= RUN_MIN && counts.contradicted * 2 >= counts.shared && allOf(counts) >= RUN_COMPARED_MIN,
  );
}

function hasOddShare({ replies, misses, compared }: Counts, limits: typeof BEGIN): boolean {
  const pairs = replies + misses;
  if (pairs < PAIRS_MIN || misses * limits.missed < pairs) return false;
  return compared.some((counts) => allOf(counts) >= PAIRS_MIN && isContradicted(counts, limits));
}

function isContradicted(counts: Comparisons, { reached, ratio }: typeof BEGIN): boolean {
  const { contradicted, contradicting } = counts;
  return contradicted > 0 && contradicted * reached >= allOf(counts) && contradicted >= ratio * contradicting;
}

function allOf({ contradicted, contradicting, agreed, shared }: Comparisons): number {
  return contradicted + contradicting + agreed + shared;
}

/** Whether the agent misses next to nothing that its peers reach: at most a twentieth, or hardly more than they. */
function isWell({ compared, replies, misses, missRun }: AgentTally): boolean {
  const [counts] = compared;
  if (replies === 0 && misses > 0) return false;
  if (missRun >= RUN_MIN) return false;
  return counts.contradicted < END.ratio * counts.contradicting || counts.contradicted * 20 <= allOf(counts);
}

/**
 * Judges an agent at an age of the shard: whether it is suspect, and whether its cause still counts. Returns what becomes of its votes,
 * except votes that fade.
 */
export function judgeTally(
  tally: AgentTally,
  all: readonly AgentTally[],
  { ageMs, areAnchorsSilent }: { ageMs: number; areAnchorsSilent: boolean },
): VoteEffect {
  if (!isSuspect(tally, groupsOf(tally, all), areAnchorsSilent)) tally.suspectAgeMs = null;
  else tally.suspectAgeMs ??= ageMs;
  tally.isHoldOver = tally.suspectAgeMs !== null && ageMs - tally.suspectAgeMs >= HOLD_MS;
  tally.wellAgeMs = tally.standing && isWell(tally) ? (tally.wellAgeMs ?? ageMs) : null;
  tally.isStandingOver = tally.wellAgeMs !== null && ageMs - tally.wellAgeMs >= STANDING_WELL_MS;
  return decidedEffect(tally);
}

/** Returns what becomes of the votes of an agent as it was last judged, except votes that fade. */
export function decidedEffect({ standing, isStandingOver, suspectAgeMs, isHoldOver }: AgentTally): VoteEffect {
  if (standing !== undefined && !isStandingOver) return standing === 'partition' ? 'partition' : 'aside';
  if (suspectAgeMs === null) return 'none';
  return isHoldOver ? 'aside' : 'held';
}

/** Returns the counts of the agents of the same provider, and of the same region; none while the agent itself misses nothing. */
function groupsOf(tally: AgentTally, all: readonly AgentTally[]): Counts[] {
  if (tally.misses === 0) return [];
  return [
    groupCounts(
      all.filter(({ provider }) => provider === tally.provider),
      SCOPES.indexOf('providers'),
    ),
    groupCounts(
      all.filter(({ region }) => region === tally.region),
      SCOPES.indexOf('regions'),
    ),
  ];
}
