import type { AgentTraceReport, TraceCause } from '@icmp-mon/paths/contract';
import { newId } from '@icmp-mon/platform/ids';

/** Returns a report about a target behind one router, whose key is the number. */
export function reportOf(
  targetKey: number,
  cause: TraceCause = 'bad',
  names: Record<string, string> = {},
): AgentTraceReport {
  const addresses = ['192.0.2.1', '198.51.100.9'];
  const rounds = [[[0, 500] as const, [1, 900] as const]];
  const commandId = cause === 'command' ? newId() : null;
  return {
    ...{ id: newId(), targetKey: cause === 'command' ? null : targetKey, cause, commandId, names },
    trace: { target: '198.51.100.9', startedAtMs: 1_700_000_000_000 + targetKey, addresses, rounds },
    end: { ok: true },
  };
}
