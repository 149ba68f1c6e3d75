import type { AgentTraces } from '@icmp-mon/agents/contract';
import type { FieldError } from '@icmp-mon/platform/errors';

const REASONS_MAX = 32;
/** Any word: newer agents may report reasons that the contract does not contain. */
const WORD = /^[a-z_]{1,64}$/;

/** Parses what an agent reports about its traces; undefined from older agents. Adds to `errors` what is wrong. */
export function readTracesReport(value: unknown, errors: FieldError[]): AgentTraces | undefined {
  if (value === undefined) return undefined;
  const { made, waiting, spooled, dropped, roundDays, paused } = isRecord(value) ? value : {};
  const isDays = roundDays === null || (typeof roundDays === 'number' && Number.isFinite(roundDays) && roundDays >= 0);
  const isReason = paused === null || (typeof paused === 'string' && WORD.test(paused));
  if (isCount(made) && isCount(waiting) && isCount(spooled) && areCounts(dropped) && isDays && isReason) {
    return { made, waiting, spooled, dropped, roundDays, paused };
  }
  const detail = `must be {made, waiting, spooled, dropped, roundDays, paused}: numbers of traces, those dropped by at most ${REASONS_MAX} reasons, days or null, a reason or null`;
  errors.push({ pointer: '#/traces', detail });
  return undefined;
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function areCounts(value: unknown): value is Record<string, number> {
  if (!isRecord(value) || Object.keys(value).length > REASONS_MAX) return false;
  return Object.entries(value).every(([reason, traces]) => WORD.test(reason) && isCount(traces));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
