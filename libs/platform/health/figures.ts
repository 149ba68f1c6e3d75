import { type HealthRow, type HealthState, worstOf } from '@icmp-mon/operations/contract';
import type { PartReading } from './health-parts';

const NAMES_MAX = 3;

/** Returns the names for display, at most three: `a, b, c and 7 more`. */
export function nameList(names: readonly string[]): string {
  const more = names.length - NAMES_MAX;
  return `${names.slice(0, NAMES_MAX).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/** Returns a duration for display: `0.9 s`, `42 s`, `7 min`, `3 h`, `5 d`. */
export function spanText(seconds: number): string {
  if (seconds < 10) return `${Math.max(0, seconds).toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} d`;
}

/** Builds the reading of a part from its rows: its state is that of the worst row. `worse` returns summary and advice for that state. */
export function ofRows(rows: HealthRow[], ok: string, worse: (state: HealthState) => [string, string]): PartReading {
  const state = worstOf(rows.map((row) => row.state));
  const [summary, advice] = state === 'ok' ? [ok, null] : worse(state);
  return { state, summary, advice, rows };
}

export const maxOf = (values: readonly (number | null)[]): number | null => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
};
