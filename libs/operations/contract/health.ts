import type { Status } from '@icmp-mon/status/contract';

/** Worst first. `unknown`: cannot be read now; never counted as healthy. */
export const HEALTH_STATES = ['bad', 'unknown', 'attention', 'ok'] as const;
export type HealthState = (typeof HEALTH_STATES)[number];

/** The target status whose shape and colour show a health state. */
export const HEALTH_LOOKS_LIKE: Readonly<Record<HealthState, Status>> = {
  ok: 'up',
  attention: 'degraded',
  bad: 'down',
  unknown: 'unknown',
};

/** Unit of a figure; `instant` is ISO 8601. */
export type FigureUnit = 'text' | 'count' | 'seconds' | 'bytes' | 'bytesPerDay' | 'days' | 'instant';

export interface HealthColumn {
  key: string;
  title: string;
  unit: FigureUnit;
}

/** One subject of a part (a shard, a disk, an agent); a null figure is unknown. */
export interface HealthRow {
  state: HealthState;
  values: Record<string, string | number | null>;
}

/** One part of the product. */
export interface HealthPart {
  id: string;
  title: string;
  state: HealthState;
  /** The current condition: one sentence without a full stop. */
  summary: string;
  /** Recommended action; null while there is nothing to do. */
  advice: string | null;
  /** Path and anchor of the runbook section, below `docs/`. */
  runbook: string;
  /** When the figures were read, ISO 8601. */
  readAt: string;
  /** Since when the part is unknown, ISO 8601; where it could not be read, `rows` are from the last successful read. */
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
  /** Overall condition in one line. */
  headline: string;
  parts: HealthPart[];
}

export const worstOf = (states: readonly HealthState[]): HealthState =>
  HEALTH_STATES.find((state) => states.includes(state)) ?? 'ok';
