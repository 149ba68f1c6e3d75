import { absoluteMs } from '@icmp-mon/platform/text';
import { invalidParameter } from './invalid-parameter';

const UNIT_MS: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 7 * 86_400_000,
};
const RELATIVE = /^now(?:-(\d{1,9})([smhdw]))?$/;

export const TIME_TEXT_LENGTH_MAX = 40;

/**
 * Parses an instant: ISO 8601 with an offset, a date, `now`, or `now-6h` (units s, m, h, d, w). Returns ms since 1970.
 * @throws DomainError `invalid` naming the query parameter
 */
export function instantOf(parameter: string, text: string, nowMs: number): number {
  const relative = RELATIVE.exec(text);
  const ms = relative ? nowMs - Number(relative[1] ?? 0) * (UNIT_MS[relative[2] ?? 's'] ?? 0) : absoluteMs(text);
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw invalidParameter(
    parameter,
    `${parameter} must be a time such as 2026-11-18T11:00:00Z, a date, now, or now-6h (units s, m, h, d, w).`,
  );
}

export interface TimeRange {
  /** Inclusive, ms since 1970. */
  fromMs: number;
  /** Exclusive, ms since 1970. */
  toMs: number;
}

/**
 * Returns the range from `from` to `to`; `to` defaults to now.
 * @throws DomainError `invalid` for a text that is not a time, or an empty range
 */
export function rangeOf(request: { from: string; to?: string }, { nowMs }: { nowMs: number }): TimeRange {
  const fromMs = instantOf('from', request.from, nowMs);
  const toMs = instantOf('to', request.to ?? 'now', nowMs);
  if (fromMs >= toMs) throw invalidParameter('from', 'from must be before to.');
  return { fromMs, toMs };
}
