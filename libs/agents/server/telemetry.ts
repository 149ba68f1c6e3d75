import type { AgentTelemetry, ExecutorHealth } from '@icmp-mon/agents/contract';
import { readAnchorReports } from './anchors/anchor-reports';
import { readTracesReport } from './traces-report';
import { DomainError, type FieldError } from '@icmp-mon/platform/errors';
import { absoluteMs, inOneLine, isCleanText } from '@icmp-mon/platform/text';

const EXECUTORS_MAX = 32;
/** Any word: newer agents may report states and reasons that the contract does not contain. */
const WORD = /^[a-z_]{1,64}$/;
const VERSION_LENGTH_MAX = 64;
const DETAIL_LENGTH_MAX = 500;
const TIME_LENGTH_MAX = 40;
/** Longer than enrolment allows, because settings may differ from what was enrolled. */
const PLACE_LENGTH_MAX = 256;
const HOST_LENGTH_MAX = 253;
const REFUSALS_MAX = 32;

/** Numeric fields of a report with their minimum. */
const NUMBERS = {
  assignmentVersion: 0,
  targets: 0,
  probesPerS: 0,
  resultsPerS: 0,
  cpuCores: 0,
  executorCpuCores: 0,
  rssBytes: 0,
  spoolBlocks: 0,
  spoolBytes: 0,
  spoolOldestS: 0,
  spoolQuarantined: 0,
  droppedResults: 0,
  notSentPerS: 0,
  clockOffsetMs: -Infinity,
  policyRefusedTargets: 0,
} as const satisfies Partial<Record<keyof AgentTelemetry, number>>;

/** Optional numeric fields, sent only by newer agents, with their minimum. */
const OPTIONAL_NUMBERS = {
  spoolBytesMax: 0,
  lateMs: 0,
  unmeasuredPerS: 0,
  firstResultAfterMs: 0,
} as const satisfies Partial<Record<keyof AgentTelemetry, number>>;

/**
 * Parses an agent's report into exactly the fields of the contract: unknown fields are dropped, wrong ones are refused.
 * @throws DomainError `invalid` with a pointer for each field
 */
export function readTelemetry(body: unknown): AgentTelemetry {
  if (!isRecord(body)) throw new DomainError('invalid', 'Send a JSON object with the telemetry.');
  const errors: FieldError[] = [];
  const optional = Object.entries(OPTIONAL_NUMBERS).filter(([field]) => body[field] !== undefined);
  const numbers = [...Object.entries(NUMBERS), ...optional].map(([field, min]) => {
    const value = body[field];
    const good = typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER && value >= min;
    if (!good)
      errors.push({ pointer: `#/${field}`, detail: min === 0 ? 'must be a number of 0 or more' : 'must be a number' });
    return [field, value] as const;
  });
  for (const field of ['at', 'startedAt']) {
    if (!isTime(body[field])) errors.push({ pointer: `#/${field}`, detail: 'must be a time in ISO 8601' });
  }
  if (!isCleanText(body['agentVersion'], VERSION_LENGTH_MAX)) {
    const detail = `must be a text of at most ${VERSION_LENGTH_MAX} characters without control characters`;
    errors.push({ pointer: '#/agentVersion', detail });
  }
  const { host } = body;
  if (host !== undefined && !isCleanText(host, HOST_LENGTH_MAX)) {
    errors.push({
      pointer: '#/host',
      detail: `must be a text of at most ${HOST_LENGTH_MAX} characters without control characters`,
    });
  }
  const configured = readConfigured(body['configured'], errors);
  const executors = readExecutors(body['executors'], errors);
  const policy = readPolicy(body, errors);
  const anchors = readAnchorReports(body['anchors'], errors);
  const counts = readCounts(body, errors);
  const traces = readTracesReport(body['traces'], errors);
  if (errors.length > 0) throw new DomainError('invalid', 'The telemetry has invalid fields: see "errors".', errors);
  const { at, startedAt, agentVersion } = body;
  const given = { at, startedAt, agentVersion, ...Object.fromEntries(numbers), executors } as AgentTelemetry;
  return {
    ...{ ...given, ...policy, ...(anchors && { anchors }), ...counts },
    ...(host !== undefined && { host: String(host) }),
    ...(traces && { traces }),
    ...(configured && { configured }),
  };
}

/** Numbers by reason that newer agents report. */
const COUNT_FIELDS = ['notBelieved', 'unmeasured', 'confirming'] as const;
type CountField = (typeof COUNT_FIELDS)[number];

/** Parses the numbers by reason that newer agents report. */
function readCounts(body: Record<string, unknown>, errors: FieldError[]): Pick<AgentTelemetry, CountField> {
  const counts: Pick<AgentTelemetry, CountField> = {};
  for (const field of COUNT_FIELDS) {
    const value = body[field];
    if (areCounts(value)) counts[field] = value;
    else if (value !== undefined) {
      const detail = `must be numbers of measurements of at most ${REFUSALS_MAX} reasons`;
      errors.push({ pointer: `#/${field}`, detail });
    }
  }
  return counts;
}

/** Parses what newer agents report about their policy file. */
function readPolicy(
  { policyRefused: refused, policyFault: fault }: Record<string, unknown>,
  errors: FieldError[],
): Pick<AgentTelemetry, 'policyRefused' | 'policyFault'> {
  const policy: Pick<AgentTelemetry, 'policyRefused' | 'policyFault'> = {};
  if (areCounts(refused)) policy.policyRefused = refused;
  else if (refused !== undefined) {
    errors.push({
      pointer: '#/policyRefused',
      detail: `must be numbers of targets of at most ${REFUSALS_MAX} reasons`,
    });
  }
  if (isRecord(fault) && isTime(fault['since']) && isCleanText(fault['detail'], DETAIL_LENGTH_MAX)) {
    policy.policyFault = { since: String(fault['since']), detail: fault['detail'] };
  } else if (fault !== undefined) {
    const detail = `must be {since, detail}: a time in ISO 8601, and a text of at most ${DETAIL_LENGTH_MAX} characters without control characters`;
    errors.push({ pointer: '#/policyFault', detail });
  }
  return policy;
}

/** Whether the value has a number by reason; reasons are words. */
function areCounts(value: unknown): value is Record<string, number> {
  if (!isRecord(value) || Object.keys(value).length > REFUSALS_MAX) return false;
  return Object.entries(value).every(
    ([reason, targets]) => WORD.test(reason) && Number.isSafeInteger(targets) && Number(targets) >= 0,
  );
}

function readConfigured(value: unknown, errors: FieldError[]): AgentTelemetry['configured'] {
  if (value === undefined) return undefined;
  const { name, region } = isRecord(value) ? value : {};
  if (isCleanText(name, PLACE_LENGTH_MAX) && isCleanText(region, PLACE_LENGTH_MAX)) return { name, region };
  const detail = `must be {name, region} with texts of at most ${PLACE_LENGTH_MAX} characters without control characters`;
  errors.push({ pointer: '#/configured', detail });
  return undefined;
}

function readExecutors(value: unknown, errors: FieldError[]): ExecutorHealth[] {
  if (!Array.isArray(value) || value.length > EXECUTORS_MAX) {
    errors.push({ pointer: '#/executors', detail: `must be a list of at most ${EXECUTORS_MAX}` });
    return [];
  }
  return (value as unknown[]).flatMap((executor, at) => {
    // Older agents send fping's output unchanged, including line breaks.
    const detail =
      isRecord(executor) && typeof executor['detail'] === 'string' ? inOneLine(executor['detail']) : undefined;
    const good =
      isRecord(executor) &&
      isCleanText(executor['type'], VERSION_LENGTH_MAX) &&
      typeof executor['state'] === 'string' &&
      WORD.test(executor['state']) &&
      isCleanText(detail, DETAIL_LENGTH_MAX) &&
      (executor['version'] === undefined || isCleanText(executor['version'], VERSION_LENGTH_MAX));
    if (good) {
      const { type, state, version } = executor as unknown as ExecutorHealth;
      return [{ type, state, detail, ...(version === undefined ? {} : { version }) }];
    }
    const form = 'must be {type, state, detail}: the state one word, the others texts without control characters';
    errors.push({ pointer: `#/executors/${at}`, detail: form });
    return [];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isTime(value: unknown): boolean {
  return isCleanText(value, TIME_LENGTH_MAX) && Number.isFinite(absoluteMs(value));
}
