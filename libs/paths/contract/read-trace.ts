import { isPlainAddress } from './plain-address';
import { type Trace, TRACE_LIMITS, type TraceProbe } from './trace';

/** Largest time of a `Date`. */
const TIME_MS_MAX = 8_640_000_000_000_000;

/** Returns the trace that an agent sent, with known members only; a text that states what is wrong with it otherwise. */
export function readTrace(value: unknown): Trace | string {
  if (!isRecord(value)) return 'a trace must be an object';
  const { target, startedAtMs, addresses, rounds } = value;
  if (!isPlainAddress(target)) return 'target must be an IP address';
  if (
    typeof startedAtMs !== 'number' ||
    !Number.isSafeInteger(startedAtMs) ||
    startedAtMs < 0 ||
    startedAtMs > TIME_MS_MAX
  )
    return 'startedAtMs must be a time in ms';
  if (!isListOf(addresses, TRACE_LIMITS.rounds * TRACE_LIMITS.hops, isPlainAddress))
    return 'addresses must be a list of IP addresses';
  if (new Set(addresses).size < addresses.length) return 'addresses must differ from each other';
  const isProbe = (probe: unknown): probe is TraceProbe => isTraceProbe(probe, addresses.length);
  const isRound = (round: unknown): round is TraceProbe[] => isListOf(round, TRACE_LIMITS.hops, isProbe);
  if (!isListOf(rounds, TRACE_LIMITS.rounds, isRound)) {
    return `rounds must be at most ${TRACE_LIMITS.rounds} lists of at most ${TRACE_LIMITS.hops} probes`;
  }
  return { target, startedAtMs, addresses, rounds };
}

function isTraceProbe(value: unknown, addresses: number): boolean {
  if (value === null || value === 'lost' || value === 'waiting') return true;
  if (!Array.isArray(value) || value.length !== 2) return false;
  const isBelow = (number: unknown, limit: number): boolean =>
    Number.isInteger(number) && Number(number) >= 0 && Number(number) < limit;
  return isBelow(value[0], addresses) && isBelow(value[1], TRACE_LIMITS.rttUs + 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListOf<T>(value: unknown, max: number, isItem: (item: unknown) => item is T): value is T[] {
  return Array.isArray(value) && value.length <= max && value.every(isItem);
}
