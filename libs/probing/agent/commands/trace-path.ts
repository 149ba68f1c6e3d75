import { COMMAND_LIMITS, type HopNames, REPORT_LIMITS, TRACE_TIMEOUT_MS, traceText } from '@icmp-mon/commands/contract';
import type { FailureReason } from '@icmp-mon/commands/contract';
import type { Trace, TraceEnd, TraceFailure } from '@icmp-mon/paths/contract';
import { pause } from '@icmp-mon/platform/concurrency';
import type { Run, RunEnd } from './command-runner';
import type { Trail } from './trail';

const US_PER_MS = 1_000;
/** How often a command that waits for other traces tries again, in ms. */
const BUSY_LOOK_MS = 1_000;

/** Traces the path to the target of an order by mtr, in `count` rounds, and reports it while it grows. */
export async function tracePath(run: Run): Promise<RunEnd> {
  const { order, traces, trail, signal } = run;
  const { min, max } = COMMAND_LIMITS.count;
  if (!Number.isInteger(order.count) || order.count < min || order.count > max) {
    return { state: 'failed', reason: 'invalid', detail: `A trace has ${min} to ${max} rounds.`, attempts: [] };
  }
  const hops = new HopTrail(trail);
  const end = await traceWhenFree(run, (trace) => {
    hops.addHops(trace);
    run.onTrace(trace, reportableNames(traces.namesOf(trace.addresses)));
  });
  const { trace } = end;
  const traced = trace === null ? {} : { trace, names: reportableNames(traces.namesOf(trace.addresses)) };
  if (trace !== null) {
    hops.addHops(trace);
    trail.add(`the trace ended: ${traceText(trace)}`);
    // One that was cancelled is not a measurement of the path.
    if (!signal.aborted) await traces.keepTrace(order.id, end);
  }
  if (end.ok) return { state: 'completed', attempts: [], ...traced };
  trail.add(end.detail);
  return { state: 'failed', reason: reasonOf(end.reason), detail: end.detail, attempts: [], ...traced };
}

/** Traces as soon as other traces of this agent leave room, as long as the order has time for it. */
async function traceWhenFree(run: Run, onHops: (trace: Trace) => void): Promise<TraceEnd> {
  const { order, traces, trail, signal } = run;
  const deadlineMs = performance.now() + order.expiresInMs;
  let hasWaited = false;
  for (;;) {
    const withinMs = deadlineMs - performance.now() - TRACE_TIMEOUT_MS;
    const onStep = (text: string): void => trail.add(text);
    const end = await traces.traceTarget({ target: order.ip, rounds: order.count, withinMs, signal, onHops, onStep });
    if (end.ok || end.reason !== 'busy' || signal.aborted) return end;
    if (!hasWaited) trail.add(`waits: ${end.detail}`);
    hasWaited = true;
    await pause(BUSY_LOOK_MS, signal);
  }
}

/** Adds a line to the trail for each hop, when it answers first. */
class HopTrail {
  private readonly known = new Set<number>();

  constructor(private readonly trail: Trail) {}

  addHops({ addresses, rounds }: Trace): void {
    for (const probes of rounds) {
      for (const [hop, probe] of probes.entries()) {
        if (!Array.isArray(probe) || this.known.has(hop)) continue;
        this.known.add(hop);
        const [address, rttUs] = probe as readonly [number, number];
        this.trail.add(`hop ${hop + 1}: ${addresses[address]} after ${(rttUs / US_PER_MS).toFixed(2)} ms`);
      }
    }
  }
}

/** Returns the names up to the limit of a report. */
function reportableNames(names: HopNames): HopNames {
  let bytes = 2;
  const isWithin = (entry: [string, string]): boolean =>
    entry[1].length <= REPORT_LIMITS.nameLength &&
    (bytes += Buffer.byteLength(JSON.stringify(entry))) <= REPORT_LIMITS.namesBytes;
  return Object.fromEntries(Object.entries(names).filter(isWithin));
}

/** Returns the reason of a command for that of a trace. */
function reasonOf(reason: TraceFailure): FailureReason {
  switch (reason) {
    case 'not_canonical':
    case 'denied':
    case 'not_allowed':
    case 'stopped':
    case 'command_refused':
      return 'refused';
    case 'busy':
      return 'busy';
    case 'missing':
    case 'unsupported_version':
      return 'unsupported';
    case 'not_permitted':
    case 'family_unavailable':
    case 'unreachable':
    case 'cancelled':
    case 'deadline':
    case 'failed':
      return 'executor_failed';
  }
}
