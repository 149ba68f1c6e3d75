/**
 * Why a target is not placed as its tier asks, in the order in which they are checked.
 * - `no_agents`: the tier's selection allows no agent in service
 * - `refused`: the policy files of all eligible agents refuse the target
 * - `capacity`: agents that could take it are at their capacity
 * - `too_few_agents`, `too_few_regions`, `too_few_providers`: fewer agents, regions or providers than asked are available
 */
export type PlacementReason =
  'no_agents' | 'refused' | 'capacity' | 'too_few_agents' | 'too_few_regions' | 'too_few_providers';

/** How far the placement of a target falls short of what its tier asks. */
export interface Shortfall {
  reason: PlacementReason;
  /** Numbers that the tier asks for, and that the target has: of agents, or with `too_few_regions` and `too_few_providers` of regions and providers. */
  wanted: number;
  placed: number;
}
