import type { HealthState } from '@icmp-mon/operations/contract';
import type { Field } from '@icmp-mon/platform/config';

/** From where on a figure asks for attention, and from where on it is bad. */
export interface Threshold {
  attention: number;
  bad: number;
}

export const DEFAULT_THRESHOLDS = {
  /** Age of what a shard has stored last. At 100,000 targets results are stored every 10 s. */
  freshnessS: { attention: 20, bad: 60 },
  /** Age of the statuses that people read; pages say so from `attention` on. */
  statusAgeS: { attention: 6, bad: 60 },
  /** Age of the oldest event, fact or status change that waits to be published. */
  publishS: { attention: 10, bad: 60 },
  /** For how long a consumer group that has messages before it has not moved. */
  consumerStillS: { attention: 60, bad: 300 },
  /** Age of the oldest block in an agent's spool. */
  spoolS: { attention: 60, bad: 900 },
  /** Since when an agent was not heard. */
  agentSilentS: { attention: 15, bad: 60 },
  /** How far the wall clock of a process is from that of the control database, in either direction. */
  clockOffS: { attention: 5, bad: 3_600 },
  /** Share of a disk that is in use. */
  diskUsedPercent: { attention: 85, bad: 95 },
  /** Days until a disk is full at the pace of the last day; fewer are worse. */
  diskFullDays: { attention: 14, bad: 3 },
  /** How far rollups may be behind the clock: an hour is rolled up when it is over. */
  rollupS: { attention: 10_800, bad: 86_400 },
} satisfies Record<string, Threshold>;

export type Thresholds = Record<keyof typeof DEFAULT_THRESHOLDS, Threshold>;

/** How a figure stands to its threshold; a figure that is not known is no reason to complain. */
export function grade(value: number | null, { attention, bad }: Threshold): HealthState {
  if (value === null) return 'ok';
  const isWorse = (limit: number): boolean => (bad >= attention ? value >= limit : value <= limit);
  if (isWorse(bad)) return 'bad';
  return isWorse(attention) ? 'attention' : 'ok';
}

const NAMES = Object.keys(DEFAULT_THRESHOLDS);
const ITEM = /^([A-Za-z]+)=(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/;

/** `freshnessS=20:60,diskFullDays=14:3`: attention and bad of those that shall differ from the default. */
export function thresholds(variable: string): Field<Thresholds> {
  return {
    variable,
    expected: `items name=attention:bad with commas between, the names being ${NAMES.join(', ')}`,
    parse(raw) {
      const items = raw.split(',').map((item) => ITEM.exec(item.trim()));
      if (!items.every((item) => item !== null && NAMES.includes(item[1] ?? ''))) return null;
      const given = items.map((item) => [item?.[1], { attention: Number(item?.[2]), bad: Number(item?.[3]) }]);
      return { ...DEFAULT_THRESHOLDS, ...(Object.fromEntries(given) as Partial<Thresholds>) };
    },
    show: (value) =>
      Object.entries(value)
        .map(([name, { attention, bad }]) => `${name}=${attention}:${bad}`)
        .join(','),
    missing: { required: false, value: DEFAULT_THRESHOLDS },
  };
}
