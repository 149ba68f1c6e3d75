import { isUuid } from '@icmp-mon/probing/contract';
import { isPlainAddress } from './plain-address';
import { readTrace } from './read-trace';
import {
  TRACE_CAUSES,
  TRACE_REPORT_LIMITS,
  type TraceCause,
  type TraceReport,
  type TraceReportEnd,
} from './trace-report';

const UUID_V7 = /^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;
const REASON = /^[a-z_]{1,32}$/;
const HOST_NAME = /^[a-z\d_](?:[a-z\d_.-]*[a-z\d_])?$/i;
const CONTROL_CHARACTER = /[\p{Cc}\p{Cs}]/u;

/**
 * Returns the report that an agent sent, with known members only; a text that states what is wrong with it otherwise. Names that are not host
 * names, or not of an address of the trace, are left out: owners of reverse zones choose them freely.
 */
export function readTraceReport(value: unknown): TraceReport | string {
  if (!isRecord(value)) return 'a report must be an object';
  const { id, targetId, cause, commandId } = value;
  if (typeof id !== 'string' || !UUID_V7.test(id)) return 'id must be a UUID of version 7';
  if (typeof targetId !== 'string' || !isUuid(targetId)) return 'targetId must be a UUID';
  if (!isCause(cause)) return `cause must be one of ${TRACE_CAUSES.join(', ')}`;
  const isOfCommand = typeof commandId === 'string' && isUuid(commandId);
  if (cause === 'command' ? !isOfCommand : commandId !== null)
    return 'commandId must be a UUID if the cause is a command, otherwise null';
  const trace = readTrace(value['trace']);
  if (typeof trace === 'string') return `trace: ${trace}`;
  const end = readEnd(value['end']);
  if (typeof end === 'string') return `end: ${end}`;
  const names = readNames(value['names'], new Set([trace.target, ...trace.addresses]));
  if (typeof names === 'string') return names;
  return { id, targetId, cause, commandId: isOfCommand ? commandId : null, trace, end, names };
}

function readEnd(value: unknown): TraceReportEnd | string {
  if (!isRecord(value)) return 'must be an object';
  const { ok, reason, detail } = value;
  if (ok === true) return { ok };
  if (ok !== false) return 'ok must be true or false';
  if (typeof reason !== 'string' || !REASON.test(reason)) return 'reason must be a word in lower case';
  if (typeof detail !== 'string' || detail.length > TRACE_REPORT_LIMITS.detailLength || CONTROL_CHARACTER.test(detail))
    return `detail must be one line of at most ${TRACE_REPORT_LIMITS.detailLength} characters`;
  return { ok, reason, detail };
}

function readNames(value: unknown, addresses: ReadonlySet<string>): Record<string, string> | string {
  if (!isRecord(value)) return 'names must be an object';
  const entries = Object.entries(value);
  if (entries.length > TRACE_REPORT_LIMITS.names) return `names must be at most ${TRACE_REPORT_LIMITS.names}`;
  return Object.fromEntries(
    entries.flatMap(([address, name]) =>
      isPlainAddress(address) && addresses.has(address) && isHostName(name) ? [[address, name]] : [],
    ),
  );
}

/** Whether a value is a host name. Owners of reverse zones choose names freely. */
export function isHostName(value: unknown): value is string {
  return typeof value === 'string' && value.length <= TRACE_REPORT_LIMITS.nameLength && HOST_NAME.test(value);
}

function isCause(value: unknown): value is TraceCause {
  return TRACE_CAUSES.some((cause) => cause === value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
