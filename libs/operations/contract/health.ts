import type { Status } from '@icmp-mon/status/contract';

/** Worst first. `unknown` is what cannot be read now: never counted as well. */
export const HEALTH_STATES = ['bad', 'unknown', 'attention', 'ok'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** The status by whose shape and colour a state is shown. */
export const HEALTH_LOOKS_LIKE: Readonly<Record<HealthState, Status>> = {
  ok: 'up',
  attention: 'degraded',
  bad: 'down',
  unknown: 'unknown',
};

/** What a figure is counted in; `instant` is ISO 8601. */
export type FigureUnit = 'text' | 'count' | 'seconds' | 'bytes' | 'bytesPerDay' | 'days' | 'instant';

export interface HealthColumn {
  key: string;
  title: string;
  unit: FigureUnit;
}

/** One subject of a part (a shard, a disk, an agent); null is a figure that is not known. */
export interface HealthRow {
  state: HealthState;
  values: Record<string, string | number | null>;
}

/** One part of the product. */
export interface HealthPart {
  id: string;
  title: string;
  state: HealthState;
  /** What is so, as a sentence without its full stop. */
  summary: string;
  /** What to do about it; null while there is nothing to do. */
  advice: string | null;
  /** Where in the documentation more is said, below `docs/`. */
  runbook: string;
  /** When the figures were read, ISO 8601. */
  readAt: string;
  /** Since when it cannot be read, ISO 8601: summary and rows are then the last that were. */
  unknownSince: string | null;
  columns: HealthColumn[];
  /** Worst first, at most 64. */
  rows: HealthRow[];
  rowsOmitted: number;
}

/** `GET /api/v1/health`: the product's own health, worst part first. */
export interface HealthView {
  at: string;
  state: HealthState;
  /** The whole of it in one line. */
  headline: string;
  parts: HealthPart[];
}

export const worstOf = (states: readonly HealthState[]): HealthState =>
  HEALTH_STATES.find((state) => states.includes(state)) ?? 'ok';
