import type { Trace, TraceMessage, TraceProbe, TraceReport } from '@icmp-mon/paths/contract';
import { newId } from '@icmp-mon/platform/ids';
import type { ReceivedMessage } from '@icmp-mon/platform/messaging';

export const TARGET_IP = '198.51.100.9';
export const START_MS = Date.UTC(2026, 10, 1);

/** Ten equal rounds from a drawing: one word per hop, an address, `T` for the target, or `-` for a lost probe. */
export function traceOf(line: string, startedAtMs = START_MS): Trace {
  const addresses: string[] = [];
  const round = line.split(' ').map((word, hop): TraceProbe => {
    if (word === '-') return 'lost';
    const address = word === 'T' ? TARGET_IP : word;
    const known = addresses.indexOf(address);
    return [known === -1 ? addresses.push(address) - 1 : known, (hop + 1) * 1_000];
  });
  return { target: TARGET_IP, startedAtMs, addresses, rounds: Array.from({ length: 10 }, () => round) };
}

export function reportOf(targetId: string, trace: Trace, more: Partial<TraceReport> = {}): TraceReport {
  const { startedAtMs } = trace;
  return {
    ...{ id: newId(startedAtMs), targetId, cause: 'schedule', commandId: null, trace, end: { ok: true }, names: {} },
    ...more,
  };
}

/** A message of `internal.traces`, received one minute after the trace started unless set. */
export function messageOf(
  agentId: string,
  report: TraceReport,
  receivedAtMs = report.trace.startedAtMs + 60_000,
): ReceivedMessage {
  const message: TraceMessage = { agentId, receivedAt: new Date(receivedAtMs).toISOString(), report };
  return received(JSON.stringify(message), receivedAtMs);
}

export function received(value: string, timestampMs: number): ReceivedMessage {
  return { topic: '', partition: 0, offset: 0, key: null, value: Buffer.from(value), headers: {}, timestampMs };
}
