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
  /** What the tier asks for, and what the target has: agents, or with `too_few_regions` and `too_few_providers` regions and providers. */
  wanted: number;
  placed: number;
}

/** The same with a sentence for people. */
export interface Placement extends Shortfall {
  text: string;
}

/** Returns a shortfall with its sentence. */
export function explainPlacement({ reason, wanted, placed }: Shortfall): Placement {
  return { reason, text: TEXTS[reason](wanted, placed), wanted, placed };
}

const TEXTS: Readonly<Record<PlacementReason, (wanted: number, placed: number) => string>> = {
  no_agents: () => "No agent in service matches the tier's regions and tags.",
  refused: () => 'The policy files of all eligible agents refuse the address.',
  capacity: (wanted, placed) =>
    placed < wanted
      ? `${placed} of ${counted(wanted, 'agent')}: the others that could probe it are at their capacity.`
      : 'Not in as many regions and providers as asked: the agents there are at their capacity.',
  too_few_agents: (wanted, placed) => `${placed} of ${counted(wanted, 'agent')}: no further agent may probe it.`,
  too_few_regions: (wanted, placed) =>
    `${placed} of ${counted(wanted, 'region')}: no agent in a further region is ready and may probe it.`,
  too_few_providers: (wanted, placed) =>
    `${placed} of ${counted(wanted, 'provider')}: no agent of a further provider is ready and may probe it.`,
};

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
