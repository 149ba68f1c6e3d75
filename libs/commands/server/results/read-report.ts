import {
  type CommandReport,
  type HopNames,
  type ProbeAttempt,
  REPORT_LIMITS,
  type TrailLine,
} from '@icmp-mon/commands/contract';
import { isHostName, readTrace, type Trace } from '@icmp-mon/paths/contract';
import { OUTCOME_NAMES, type OutcomeName } from '@icmp-mon/probing/contract';
import { isCleanText } from '@icmp-mon/platform/text';
import { readFacts } from './read-facts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const REASON = /^[a-z_]{1,32}$/;
const RTT_US_MAX = 600_000_000;
const AFTER_MS_MAX = 3_600_000;
const TIME_LENGTH_MAX = 40;

export const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** Returns exactly the fields of the contract; null if the value is not a report within `REPORT_LIMITS`. */
export function readReport(value: unknown): CommandReport | null {
  if (!isRecord(value)) return null;
  const { commandId, state, reason, detail } = value;
  if (!isUuid(commandId)) return null;
  if (state === 'received') return { commandId, state };
  const traced = readTraced(value['trace'], value['names']);
  if (traced === null) return null;
  if (state === 'progress') {
    const { number } = value;
    const isNumber = Number.isInteger(number) && isWithin(number, REPORT_LIMITS.progressNumber) && number >= 1;
    return isNumber && 'trace' in traced ? { commandId, state, number, ...traced } : null;
  }
  const attempts = readList(value['attempts'], REPORT_LIMITS.attempts, readAttempt);
  const trail = readList(value['trail'], REPORT_LIMITS.trailLines, readTrailLine);
  if (attempts === null || trail === null) return null;
  if (state === 'completed') return { commandId, state, attempts, trail, ...traced };
  if (state !== 'failed' || typeof reason !== 'string' || !REASON.test(reason)) return null;
  if (!isCleanText(detail, REPORT_LIMITS.detailLength)) return null;
  return { commandId, state, reason, detail, attempts, trail, ...traced };
}

/** Returns nothing without a trace; null if it, or the names of its addresses, are not valid. */
function readTraced(trace: unknown, names: unknown): { trace: Trace; names: HopNames } | Record<never, never> | null {
  if (trace === undefined) return {};
  const read = readTrace(trace);
  if (typeof read === 'string') return null;
  const readNames = readHopNames(names ?? {}, read);
  return readNames === null ? null : { trace: read, names: readNames };
}

/** Returns names of addresses of the trace; null for any other. Names that are not host names are left out. */
function readHopNames(value: unknown, { addresses }: Trace): HopNames | null {
  if (!isRecord(value)) return null;
  const entries = Object.entries(value);
  const known = new Set(addresses);
  const isName = (entry: [string, unknown]): entry is [string, string] =>
    known.has(entry[0]) && isCleanText(entry[1], REPORT_LIMITS.nameLength);
  if (!entries.every(isName)) return null;
  const names = Object.fromEntries(entries.filter(([, name]) => isHostName(name)));
  return Buffer.byteLength(JSON.stringify(names)) <= REPORT_LIMITS.namesBytes ? names : null;
}

function readAttempt(value: unknown): ProbeAttempt | null {
  if (!isRecord(value)) return null;
  const { sentAt, outcome, rttUs } = value;
  const isTime = typeof sentAt === 'string' && sentAt.length <= TIME_LENGTH_MAX && Number.isFinite(Date.parse(sentAt));
  if (!isTime || !isOutcomeName(outcome)) return null;
  if (rttUs !== null && !isWithin(rttUs, RTT_US_MAX)) return null;
  const facts = readFacts(value);
  return facts === null ? null : { sentAt: new Date(sentAt).toISOString(), outcome, rttUs, ...facts };
}

function readTrailLine(value: unknown): TrailLine | null {
  if (!isRecord(value)) return null;
  const { afterMs, text } = value;
  return isWithin(afterMs, AFTER_MS_MAX) && isCleanText(text, REPORT_LIMITS.trailTextLength) ? { afterMs, text } : null;
}

function readList<T>(value: unknown, max: number, read: (item: unknown) => T | null): T[] | null {
  if (!Array.isArray(value) || value.length > max) return null;
  const items = value.map(read);
  return items.every((item) => item !== null) ? items : null;
}

const isWithin = (value: unknown, max: number): value is number =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 && value <= max;

const isOutcomeName = (value: unknown): value is OutcomeName => OUTCOME_NAMES.some((name) => name === value);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
