import type { PathView, TraceMessage } from '@icmp-mon/paths/contract';
import { TracesProjection } from '@icmp-mon/paths/server';
import { ControlDatabase, type Sql, TelemetryDatabase } from '@icmp-mon/platform/database';
import { newId } from '@icmp-mon/platform/ids';
import type { BenchContext, BenchResult } from './bench';
import { runPairs, type Round, rounded } from './pairs';
import { pathOf } from './paths';

const AGENTS = 100;
const TRACES_PER_AGENT = 20;
const SITES = 20;
const REQUESTS = 40;
const REQUESTS_QUICK = 10;
const IP = '198.51.100.9';
const HOUR_MS = 3_600_000;

/**
 * Milliseconds, median, of the merged path of 100 agents by HTTP, from traces of 10 rounds and 30 hops of which each agent has 20, all with
 * loss and names. Reference: the rows of the newest traces by SQL. Also prints the bytes on disk per trace, and traces stored per second.
 */
export async function run(context: BenchContext): Promise<BenchResult> {
  const product = await context.startProduct({ apps: ['api'] });
  const { controlDatabaseUrl, telemetryDatabaseUrl, apiUrl, apiKey } = product.access;
  const control = new ControlDatabase({ url: controlDatabaseUrl });
  const telemetry = new TelemetryDatabase({ url: telemetryDatabaseUrl });
  const headers = { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' };
  try {
    const body = JSON.stringify({ ip: IP, tier: 'standard' });
    const registered = await fetch(`${apiUrl}/api/v1/targets`, { method: 'POST', headers, body });
    const { id } = (await registered.json()) as { id: string };
    const storedPerS = await storeTraces(telemetry, id, await addAgents(control));
    const bytes = await bytesPerTrace(telemetry);
    const requests = context.quick ? REQUESTS_QUICK : REQUESTS;
    const result = await runPairs(context, {
      name: 'stored-paths',
      unit: 'ms, median',
      product: () => timed(requests, () => readPath(`${apiUrl}/api/v1/targets/${id}/path`, headers)),
      reference: () => timed(requests, () => readNewest(telemetry, id)),
    });
    context.printLine(
      `stored-paths: ${bytes.total} bytes per trace (${bytes.body} of its body), ${storedPerS} traces stored per second`,
    );
    return { ...result, bytesPerTrace: bytes.total, bodyBytes: bytes.body, storedPerS };
  } finally {
    await Promise.all([control.close(), telemetry.close()]);
  }
}

async function addAgents(control: Sql): Promise<string[]> {
  const ids = Array.from({ length: AGENTS }, () => newId());
  await control.execute(
    `INSERT INTO agent (id, name, region, provider, tags, certificate_sha256, certificate_not_after, enrolled_at, version, state,
       state_since)
     SELECT id, 'agent-' || n, 'eu', 'p', jsonb_build_object('site', 's' || n % ${SITES}), 'agent-' || n, now(), now(), 1, 'active', now()
     FROM unnest($1::uuid[]) WITH ORDINALITY AS a (id, n)`,
    [ids],
  );
  return ids;
}

/** Stores the traces of each agent, one per hour, in batches as from Kafka. Returns the traces per second. */
async function storeTraces(telemetry: TelemetryDatabase, targetId: string, agents: readonly string[]): Promise<number> {
  const projection = new TracesProjection();
  const firstMs = Date.now() - TRACES_PER_AGENT * HOUR_MS;
  const startedMs = performance.now();
  for (let hour = 0; hour < TRACES_PER_AGENT; hour++) {
    const timestampMs = firstMs + hour * HOUR_MS + 1_000;
    const messages = agents.map((agentId, at) => {
      const trace = { ...pathOf(at).trace, target: IP, startedAtMs: firstMs + hour * HOUR_MS };
      const names = Object.fromEntries(
        trace.addresses.map((address, n) => [address, `ae-${n}.core-${at}.example.net`]),
      );
      const report = {
        id: newId(),
        targetId,
        cause: 'schedule',
        commandId: null,
        trace,
        end: { ok: true },
        names,
      } as const;
      const message: TraceMessage = { agentId, receivedAt: new Date(timestampMs).toISOString(), report };
      const value = Buffer.from(JSON.stringify(message));
      return { topic: '', partition: 0, offset: at, key: targetId, value, headers: {}, timestampMs };
    });
    await telemetry.transaction((sql) => projection.handle(sql, messages));
  }
  return rounded((agents.length * TRACES_PER_AGENT * 1_000) / (performance.now() - startedMs));
}

async function bytesPerTrace(telemetry: Sql): Promise<{ total: number; body: number }> {
  const [row] = await telemetry.query<{ total: number; body: number }>(
    `SELECT (pg_total_relation_size('trace') / count(*))::integer AS total, avg(length(body))::integer AS body FROM trace`,
  );
  return row;
}

async function timed(times: number, work: () => Promise<string | null>): Promise<Round> {
  const timesMs: number[] = [];
  let fault: string | null = null;
  for (let time = 0; time < times; time++) {
    const startedMs = performance.now();
    fault = (await work()) ?? fault;
    timesMs.push(performance.now() - startedMs);
  }
  timesMs.sort((a, b) => a - b);
  return { value: rounded(timesMs[Math.floor(times / 2)]), ...(fault !== null && { fault }) };
}

async function readPath(url: string, headers: Record<string, string>): Promise<string | null> {
  const view = (await (await fetch(url, { headers })).json()) as PathView;
  return view.agents?.length === AGENTS ? null : `the path has ${view.agents?.length} agents`;
}

async function readNewest(telemetry: Sql, targetId: string): Promise<string | null> {
  const rows = await telemetry.query(
    'SELECT DISTINCT ON (agent_id) agent_id, at, body FROM trace WHERE target_id = $1 ORDER BY agent_id, at DESC, id DESC',
    [targetId],
  );
  return rows.length === AGENTS ? null : `${rows.length} rows`;
}
