import { PLACEMENT_TEXTS, type PlacementReason } from '@icmp-mon/assignment/contract';

/** Numbers of agents named in sentences. */
const NAMED_AGENTS = 5;

interface DescribedAgent {
  name: string;
  lost: number;
  ppsBefore: number;
  ppsAfter: number;
  capacityPps: number | null;
}

interface Described {
  moved: number;
  unplaced: readonly { reason: PlacementReason; count: number; wanted: number }[];
  agents: readonly DescribedAgent[];
  /** Regions and providers of the tier that have an agent that is ready. */
  readyRegions: number;
  readyProviders: number;
}

/** Returns the consequences of a changed tier as sentences, the most important first. */
export function previewSentences(described: Described): string[] {
  const { moved, unplaced, agents } = described;
  const losing = agents.filter(({ lost }) => lost > 0).sort((a, b) => b.lost - a.lost);
  const grown = agents
    .map(({ name, ppsBefore, ppsAfter }) => ({ name, pps: ppsAfter - ppsBefore }))
    .filter(({ pps }) => Math.abs(pps) >= 0.5)
    .sort((a, b) => Math.abs(b.pps) - Math.abs(a.pps));
  return [
    ...unplaced.map((each) => unplacedSentence(each, described)),
    moved === 0 ? 'No target moves.' : `${targetsOf(moved)} would get other agents.`,
    ...losing.slice(0, NAMED_AGENTS).map(({ name, lost }) => `Moves ${targetsOf(lost)} off agent ${name}.`),
    ...grown
      .slice(0, NAMED_AGENTS)
      .map(({ name, pps }) => `${pps > 0 ? '+' : '−'}${numeral(Math.abs(pps))} packets/s at ${name}.`),
  ];
}

function unplacedSentence(
  { reason, count, wanted }: Described['unplaced'][number],
  { readyRegions, readyProviders }: Described,
): string {
  const targets = targetsOf(count);
  if (reason === 'too_few_regions') {
    return `${targets} cannot meet minRegions = ${wanted}, because only ${readyRegions} of its regions have an agent that is ready and may probe them.`;
  }
  if (reason === 'too_few_providers') {
    return `${targets} cannot meet minProviders = ${wanted}, because only ${readyProviders} providers have an agent that is ready and may probe them.`;
  }
  return `${targets} cannot be placed as asked: ${PLACEMENT_TEXTS[reason]}.`;
}

function targetsOf(count: number): string {
  return `${numeral(count)} target${count === 1 ? '' : 's'}`;
}

function numeral(value: number): string {
  return Math.round(value).toLocaleString('en');
}
