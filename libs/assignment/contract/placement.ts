/**
 * Why a target is not placed as its tier asks, in the order in which they are checked.
 * - `no_agents`: the tier's selection allows no agent in service
 * - `refused`: the policy files of all eligible agents refuse the target
 * - `capacity`: agents that could take it are at their capacity
 * - `too_few_agents`, `too_few_regions`, `too_few_providers`: fewer agents, regions or providers than asked are available
 */
export const PLACEMENT_REASONS = [
  'no_agents',
  'refused',
  'capacity',
  'too_few_agents',
  'too_few_regions',
  'too_few_providers',
] as const;
export type PlacementReason = (typeof PLACEMENT_REASONS)[number];

/** How far the placement of a target falls short of what its tier asks. */
export interface Shortfall {
  reason: PlacementReason;
  /** Numbers that the tier asks for, and that the target has: of agents, or with `too_few_regions` and `too_few_providers` of regions and providers. */
  wanted: number;
  placed: number;
}

/** Number of targets of a tier that are not placed as asked, by reason. */
export interface PlacementCount {
  tier: string;
  reason: PlacementReason;
  /** Explains the reason. */
  text: string;
  count: number;
  /** Selects these targets in the list of targets; see docs/filter-language.md. */
  filter: string;
}

/** Response of `GET /api/v1/placement`. */
export interface PlacementCounts {
  items: PlacementCount[];
}

export const PLACEMENT_TEXTS: Readonly<Record<PlacementReason, string>> = {
  no_agents: "no agent in service matches the tier's regions and tags",
  refused: 'the policy files of all eligible agents refuse the address',
  capacity: 'eligible agents are at their capacity',
  too_few_agents: 'the tier asks for more agents than are eligible',
  too_few_regions: 'the tier asks for more regions than have an eligible agent',
  too_few_providers: 'the tier asks for more providers than have an eligible agent',
};

/** Why one target is not placed as asked. */
export interface TargetPlacement extends Shortfall {
  /** The same for people: "2 of 3 agents: eligible agents are at their capacity". */
  text: string;
}

/** Returns how far it is placed: "2 of 3 agents". */
export function placedText({ reason, wanted, placed }: Shortfall): string {
  const counted = reason === 'too_few_regions' ? 'region' : reason === 'too_few_providers' ? 'provider' : 'agent';
  return `${placed} of ${wanted} ${counted}${wanted === 1 ? '' : 's'}`;
}

export function targetPlacement({ reason, wanted, placed }: Shortfall): TargetPlacement {
  const text = `${placedText({ reason, wanted, placed })}: ${PLACEMENT_TEXTS[reason]}`;
  return { reason, text, wanted, placed };
}

/** Placement of targets, for routes and SQL conditions of other contexts in the control database; bound to the assignment's own rows. */
export abstract class TargetPlacements {
  /** Returns, by key, the targets that are not placed as asked, as last decided; the others are missing. Reads with one statement. */
  abstract byKeys(keys: readonly number[]): Promise<ReadonlyMap<number, TargetPlacement>>;

  /**
   * Returns SQL that selects the keys of all targets that are not placed as asked for one of the reasons.
   * @param reasons SQL of the reasons, an array of texts
   */
  abstract selectKeys(reasons: string): string;
}
