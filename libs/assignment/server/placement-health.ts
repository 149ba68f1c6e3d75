import { PLACEMENT_TEXTS, type PlacementReason } from '@icmp-mon/assignment/contract';
import type { HealthRow } from '@icmp-mon/operations/contract';
import { counted, nameList, ofRows, type PartReading, type PluggedPart } from '@icmp-mon/platform/health';
import { placementCounts, type StoredPlacementCount } from './placement-counts';

/** Most combinations of tier and reason in rows and metrics; the summary counts all. */
const ROWS_MAX = 600;

/** Next step for a reason. */
const NEXT_STEPS: Readonly<Record<PlacementReason, string>> = {
  no_agents: 'Add an agent that the tier selects, or change the regions and tags of the tier.',
  refused: "Allow the addresses in an agent's policy file, or remove the targets.",
  capacity: 'Add an agent, raise the capacity of one, or probe less often.',
  too_few_agents: 'Add agents that the tier selects, or ask for fewer per target.',
  too_few_regions: 'Add an agent in another region, or ask for fewer regions.',
  too_few_providers: 'Add an agent at another provider, or ask for fewer providers.',
};

/** Health part of the placement: targets that do not have the agents, regions and providers that their tier asks for. */
export const PLACEMENT_PART: PluggedPart = {
  id: 'placement',
  title: 'Placement',
  runbook: 'runbooks/health.md#placement',
  after: 'assignment',
  isVital: false,
  labels: ['tier', 'reason'],
  columns: [
    { key: 'tier', title: 'Tier', unit: 'text' },
    { key: 'reason', title: 'Reason', unit: 'text' },
    {
      key: 'targets',
      title: 'Targets',
      unit: 'count',
      metric: { name: 'icmpmon_unplaced_targets', help: 'Targets that are not placed as their tier asks.' },
    },
    {
      key: 'unprobed',
      title: 'Not probed',
      unit: 'count',
      metric: { name: 'icmpmon_unprobed_targets', help: 'Targets that no agent probes, and that are not paused.' },
    },
  ],
  async readPart({ control }): Promise<PartReading> {
    const counts = await placementCounts(control);
    const rows = counts.slice(0, ROWS_MAX).map(rowOf);
    return ofRows(rows, 'Every target has the agents that its tier asks for', () => complaint(counts));
  },
};

function rowOf({ tier, reason, count, unprobed }: StoredPlacementCount): HealthRow {
  return { state: 'attention', values: { tier, reason, targets: count, unprobed } };
}

function complaint(counts: readonly StoredPlacementCount[]): [string, string] {
  const byReason = new Map<PlacementReason, number>();
  for (const { reason, count } of counts) byReason.set(reason, (byReason.get(reason) ?? 0) + count);
  const causes = [...byReason].sort(([, a], [, b]) => b - a);
  const total = causes.reduce((sum, [, count]) => sum + count, 0);
  const unprobed = counts.reduce((sum, row) => sum + row.unprobed, 0);
  const texts = causes.map(([reason, count]) => `${PLACEMENT_TEXTS[reason]} (${count.toLocaleString('en')})`);
  const notProbed = unprobed === 0 ? '' : `, ${unprobed.toLocaleString('en')} of them not probed`;
  const [[largest]] = causes;
  return [
    `${counted(total, 'target')} not placed as asked${notProbed}: ${nameList(texts)}`,
    `${NEXT_STEPS[largest]} The filter placement=${largest} lists them on the page Targets.`,
  ];
}
