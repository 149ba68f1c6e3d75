import type { HealthState } from '@icmp-mon/operations/contract';
import type { Field } from '@icmp-mon/platform/config';

/** Values from which a measurement is graded `attention` and `bad`. */
export interface Threshold {
  attention: number;
  bad: number;
}

export const DEFAULT_THRESHOLDS = {
  /** Age of the data that a shard stored last. With 100,000 targets, results are stored every 10 s. */
  freshnessS: { attention: 20, bad: 60 },
  /** Age of the displayed statuses; pages show a warning from `attention` on. */
  statusAgeS: { attention: 6, bad: 60 },
  /** Age of the oldest event, fact or status change that is not published yet. */
  publishS: { attention: 10, bad: 60 },
  /** Time since a consumer group with waiting messages last advanced. */
  consumerStillS: { attention: 60, bad: 300 },
  /** Age of the oldest block in an agent's spool. */
  spoolS: { attention: 60, bad: 900 },
  /** Time since the last contact of an agent. */
  agentSilentS: { attention: 15, bad: 60 },
  /** Difference between the wall clock of a process and the clock of the control database, in either direction. */
  clockOffS: { attention: 5, bad: 3_600 },
  /** Used share of a disk. */
  diskUsedPercent: { attention: 85, bad: 95 },
  /** Days until a disk is full at the growth rate of the last day; fewer are worse. */
  diskFullDays: { attention: 14, bad: 3 },
  /** Delay of rollups behind the clock. An hour is rolled up when it is over. */
  rollupS: { attention: 10_800, bad: 86_400 },
} satisfies Record<string, Threshold>;

export type Thresholds = Record<keyof typeof DEFAULT_THRESHOLDS, Threshold>;

/** Grades a value; an unknown one (null) is ok. A threshold with `bad` below `attention` is for values that are worse when lower. */
export function grade(value: number | null, { attention, bad }: Threshold): HealthState {
  if (value === null) return 'ok';
  const isWorse = (limit: number): boolean => (bad >= attention ? value >= limit : value <= limit);
  if (isWorse(bad)) return 'bad';
  return isWorse(attention) ? 'attention' : 'ok';
}

const NAMES = Object.keys(DEFAULT_THRESHOLDS);
const ITEM = /^([A-Za-z]+)=(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/;

/** Setting for thresholds that differ from the defaults: `freshnessS=20:60,diskFullDays=14:3` (attention:bad). */
export function thresholds(variable: string): Field<Thresholds> {
  return {
    variable,
    expected: `a comma-separated list of name=attention:bad, with the names ${NAMES.join(', ')}`,
    parseText(raw) {
      const items = raw.split(',').map((item) => ITEM.exec(item.trim()));
      if (!items.every((item) => item !== null && NAMES.includes(item[1] ?? ''))) return null;
      const given = items.map((item) => [item?.[1], { attention: Number(item?.[2]), bad: Number(item?.[3]) }]);
      return { ...DEFAULT_THRESHOLDS, ...(Object.fromEntries(given) as Partial<Thresholds>) };
    },
    showValue: (value) =>
      Object.entries(value)
        .map(([name, { attention, bad }]) => `${name}=${attention}:${bad}`)
        .join(','),
    missing: { required: false, value: DEFAULT_THRESHOLDS },
  };
}
