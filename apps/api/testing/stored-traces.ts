import type { Trace, TraceMessage, TraceProbe, TraceReport } from '@icmp-mon/paths/contract';
import { TracesProjection } from '@icmp-mon/paths/server';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import type { TestApi } from './test-api';

/** Ten equal rounds from a drawing: one word per hop, an address, or `-` for a lost probe. */
export function traceOf(target: string, line: string, startedAtMs: number): Trace {
  const addresses: string[] = [];
  const round = line.split(' ').map((word, hop): TraceProbe => {
    if (word === '-') return 'lost';
    const known = addresses.indexOf(word);
    return [known === -1 ? addresses.push(word) - 1 : known, (hop + 1) * 1_000];
  });
  return { target, startedAtMs, addresses, rounds: Array.from({ length: 10 }, () => round) };
}

export function reportOf(targetId: string, trace: Trace, more: Partial<TraceReport> = {}): TraceReport {
  const { startedAtMs } = trace;
  return {
    ...{ id: newId(startedAtMs), targetId, cause: 'schedule', commandId: null, trace, end: { ok: true }, names: {} },
    ...more,
  };
}

/** Stores traces of an agent as the worker does. */
export async function storeTraces(api: TestApi, agentId: string, ...reports: TraceReport[]): Promise<void> {
  const projection = new TracesProjection();
  const messages = reports.map((report) => {
    const timestampMs = report.trace.startedAtMs + 1_000;
    const message: TraceMessage = { agentId, receivedAt: new Date(timestampMs).toISOString(), report };
    const value = Buffer.from(JSON.stringify(message));
    return { topic: '', partition: 0, offset: 0, key: null, value, headers: {}, timestampMs };
  });
  await api.app.get(TelemetryDatabase).transaction((sql) => projection.handle(sql, messages));
}

/** Adds an agent to the inventory; returns its id. */
export async function addAgent(
  api: TestApi,
  name: string,
  { site, state = 'active' }: { site?: string; state?: string } = {},
): Promise<string> {
  const id = newId();
  await api.control.execute(
    `INSERT INTO agent (id, name, region, provider, tags, certificate_sha256, certificate_not_after, enrolled_at, version, state,
       state_since)
     VALUES ($1, $2, 'eu', 'p', $3, $2, now(), now(), 1, $4, now())`,
    [id, name, JSON.stringify(site === undefined ? {} : { site }), state],
  );
  return id;
}
