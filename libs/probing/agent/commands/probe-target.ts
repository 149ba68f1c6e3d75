import {
  COMMAND_LIMITS,
  type CommandOrder,
  factsText,
  PROBE_GAP_MS,
  type ProbeAttempt,
  REPORT_LIMITS,
} from '@icmp-mon/commands/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import {
  CHECK_TYPES,
  decodeDetail,
  OUTCOME,
  outcomeName,
  packetsPerProbe,
  type ProbeFacts,
} from '@icmp-mon/probing/contract';
import { type CheckDefinition, hasValidParameters, portOf } from '@icmp-mon/tiers/contract';
import type { ProbeOutcome } from '../executors/executor';
import { refusalOf } from '../policy/local-policy';
import type { Run, RunEnd } from './command-runner';
import { refusalTexts } from './refusal-texts';

const SECOND_MS = 1_000;
const RATE_LOOK_MS = 100;

/** Probes the target of an order by the executor of its kind, as a check of the type would, `count` times. */
export async function probeTarget(run: Run): Promise<RunEnd> {
  const { order, policy, executors, rates, trail, signal } = run;
  const check = checkOf(order);
  if (check === null) {
    return failed('invalid', 'The command has parameters that this agent does not accept.');
  }
  const refusal = refusalOf(policy, order.ip, { ...check, port: portOf(check) });
  if (refusal !== null) return failed('refused', refusalTexts[refusal]);
  const spacingMs = spacingOf(run, check);
  if (spacingMs === null) return failed('refused', refusalTexts.too_fast);
  const executor = executors[check.type];
  if (executor === undefined) return failed('unsupported', `This agent has no executor ${check.type}.`);
  trail.add(`the policy file allows ${describe(order, check)}`);
  const perSecond = (SECOND_MS * packetsPerProbe(check)) / spacingMs;
  let hasWaited = false;
  while (!rates.takeRate(perSecond, spacingMs * order.count)) {
    if (signal.aborted) return failed('refused', refusalTexts.too_fast);
    if (!hasWaited) trail.add('waits: scheduled probes need all packets per second that the policy file allows');
    hasWaited = true;
    await pause(RATE_LOOK_MS, signal);
  }
  const attempts: ProbeAttempt[] = [];
  const slice = {
    ips: repeated(order.ip, order.count),
    checks: repeated(check, order.count),
    timeoutMs: order.timeoutMs,
    spacingMs,
  };
  trail.add(`sends ${order.count} probes, one per ${Math.round(spacingMs)} ms, timeout ${order.timeoutMs} ms`);
  const end = await executor.runSlice(
    slice,
    (index, ...result) => {
      const attempt = attemptOf(...result);
      attempts.push(attempt);
      trail.add(`probe ${index + 1}: ${attemptText(attempt)}`);
    },
    signal,
  );
  if (!end.ok) {
    trail.add(end.detail);
    return { ...failed('executor_failed', end.detail), attempts, restMs: spacingMs };
  }
  if (end.remark !== undefined) trail.add(end.remark);
  const missing = order.count - attempts.length;
  if (missing > 0 && !signal.aborted) trail.add(`${missing} probes have no result: this agent could not measure them`);
  if (attempts.length === 0 && !signal.aborted) {
    const detail = 'No probe has a result: the agent was paused or received nothing at all.';
    return { ...failed('executor_failed', detail), restMs: spacingMs };
  }
  return { state: 'completed', attempts, restMs: spacingMs };
}

/** Returns the check that the order demands; null if a member is not within its limits. */
function checkOf({ kind, ip, parameters, count, timeoutMs }: CommandOrder): CheckDefinition | null {
  const type = CHECK_TYPES.find((each) => each === kind);
  if (type === undefined || typeof ip !== 'string') return null;
  const check: CheckDefinition = { ...parameters, packets: 1, check: 1, type, expect: 'reachable' };
  const isWithin = (value: unknown, { min, max }: { min: number; max: number }): boolean =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max;
  const isValid =
    isWithin(count, COMMAND_LIMITS.count) && isWithin(timeoutMs, COMMAND_LIMITS.timeoutMs) && hasValidParameters(check);
  return isValid ? check : null;
}

/**
 * Returns the time between two probes with which schedule and command together send no more packets to the address than the policy file
 * allows; null if the schedule uses up what it allows.
 */
function spacingOf({ order, policy, rates }: Run, check: CheckDefinition): number | null {
  const ofAddress = policy.packetsPerSecondPerAddress - rates.scheduledPerSecond(order.ip);
  const free = Math.min(ofAddress, policy.packetsPerSecond);
  const packets = packetsPerProbe(check);
  if (free <= 0) return null;
  const spacingMs = Math.max(PROBE_GAP_MS, (SECOND_MS * packets) / free);
  return order.count > 1 && spacingMs * (order.count - 1) > order.expiresInMs ? null : spacingMs;
}

function describe({ ip }: CommandOrder, check: CheckDefinition): string {
  const port = portOf(check);
  return port === undefined ? `${check.type} of ${ip}` : `${check.type} of ${ip}, port ${port}`;
}

function attemptOf(...[sentAtMs, outcome, rttUs, detail, facts = {}]: ProbeOutcome): ProbeAttempt {
  const { phases } = decodeDetail(detail);
  return {
    sentAt: new Date(sentAtMs).toISOString(),
    outcome: outcomeName(outcome),
    rttUs: outcome === OUTCOME.reply ? rttUs : null,
    ...(phases !== undefined && { phases }),
    ...withinLimits(facts),
  };
}

/** Returns what a target answered, as a report may contain it: a hostile name server sends any bytes. */
function withinLimits({ dns, ...facts }: ProbeFacts): ProbeFacts {
  if (dns === undefined) return facts;
  const { records, recordLength } = REPORT_LIMITS;
  const read = dns.records.slice(0, records).map((text) => text.slice(0, recordLength).replaceAll(/[^ -~]/g, '?'));
  return { ...facts, dns: { rcode: dns.rcode, records: read } };
}

function attemptText(attempt: ProbeAttempt): string {
  const { outcome, rttUs } = attempt;
  const text = rttUs === null ? outcome : `reply after ${(rttUs / 1_000).toFixed(2)} ms`;
  const facts = factsText(attempt);
  return facts === '' ? text : `${text}: ${facts}`;
}

const repeated = <T>(value: T, count: number): T[] => Array.from({ length: count }, () => value);

const failed = (reason: 'invalid' | 'refused' | 'unsupported' | 'executor_failed', detail: string) =>
  ({ state: 'failed', reason, detail, attempts: [] }) satisfies RunEnd;
