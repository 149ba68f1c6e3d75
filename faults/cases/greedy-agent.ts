import type { ClientRequest } from 'node:http';
import { request } from 'node:https';
import { connect, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeBody, frameBlock, LANE, ResultColumnsBuilder } from '@icmp-mon/probing/wire';
import { compress } from '@icmp-mon/platform/zstd';
import { TestClient } from '@icmp-mon/probing/agent/testing';
import { Findings, type FaultContext, type Verdict } from '../fault';
import type { Installation } from '../installation';
import { underLoad } from '../under-load';
import type { NumberedAgent } from '../numbered-agent';

const MIB = 1024 * 1024;
const HOLD_MS = { short: 6_000, full: 60_000 };
const FLOOD_UPLOADS = { short: 20, full: 80 };
const SILENT = { short: 1_500, full: 4_500 };
const REPORTS = { short: 50, full: 700 };
const BLOCK_RESULTS = 20_000;
const UPLOAD_BLOCKS = 1_024;
/** First sequence of the flood, beyond every sequence of the agent itself. */
const FLOOD_SEQUENCE = 1_000_000;
/** Key of a target that does not exist. */
const FLOOD_TARGET = 4_000_000_000;
/** Number of shards of the shared product. */
const SHARDS = 8;
const STRANGER = '127.0.0.2';
const SPOOL_OLDEST_S_MAX = 15;
const FRESHNESS_S_MAX = 15;

/**
 * One agent, and a client without a certificate, take as much as they can: uploads that are announced and never sent, blocks of equal
 * results, silent connections, endless reports. The other agent's results must still arrive and be judged.
 */
export async function run(context: FaultContext): Promise<Verdict> {
  const form = context.short ? 'short' : 'full';
  const findings = new Findings(context.printLine);
  await underLoad(context, findings, async (installation) => {
    const { numbered } = installation;
    await numbered.pauseMeasuring();
    try {
      await beside(installation, findings, 'uploads that are announced and never sent', () =>
        hold(numbered, HOLD_MS[form]),
      );
      await beside(installation, findings, 'equal results', () => flood(findings, numbered, FLOOD_UPLOADS[form]));
      await beside(installation, findings, 'silent connections', () => crowd(findings, numbered, SILENT[form]));
      await report(findings, numbered, REPORTS[form]);
    } finally {
      // Its further results belong to a newer boot, so that the flood does not invalidate them.
      numbered.restartAgent();
      numbered.resumeMeasuring();
    }
  });
  return findings;
}

/** Measures the effect on the local agent and the projector during the attack and for a while after it. */
async function beside(
  { product }: Installation,
  findings: Findings,
  what: string,
  attack: () => Promise<void>,
): Promise<void> {
  let [spoolS, freshnessS] = [0, 0];
  let done = false;
  const attacking = attack().finally(() => (done = true));
  for (let after = 0; after < 4; after += done ? 1 : 0) {
    const [spool, freshness] = await Promise.all([
      product.readMetric('agent', 'icmpmon_agent_spool_oldest_seconds'),
      product.readMetric('projector', 'icmpmon_shard_freshness_seconds'),
    ]);
    spoolS = Math.max(spoolS, spool);
    freshnessS = Math.max(freshnessS, freshness / SHARDS);
    await pause(500);
  }
  await attacking;
  findings.atMost(`${what}: age of the oldest result in the other agent's spool, s`, spoolS, SPOOL_OLDEST_S_MAX);
  findings.atMost(`${what}: age of the judged results, s`, freshnessS, FRESHNESS_S_MAX);
}

/** Opens ten uploads per second of the largest size, and sends one byte per second of each. */
async function hold({ tls, directUrl }: NumberedAgent, forMs: number): Promise<void> {
  const open: ClientRequest[] = [];
  const drip = setInterval(() => open.forEach((upload) => upload.destroyed || upload.write('x')), 1_000);
  for (const endMs = performance.now() + forMs; performance.now() < endMs; await pause(100)) {
    const lane = open.length % 2 === 0 ? 'live' : 'backfill';
    const upload = request(`${directUrl}/v1/results?lane=${lane}`, {
      ...{ method: 'POST', agent: false, ...tls },
      headers: { 'content-type': 'application/vnd.icmpmon.blocks', 'content-length': String(4 * MIB) },
    });
    upload.on('error', () => upload.destroy());
    upload.on('response', (response) => response.resume());
    upload.flushHeaders();
    open.push(upload);
  }
  clearInterval(drip);
  for (const upload of open) upload.destroy();
}

/** Sends uploads of 85 kB that contain 20 million results each. */
async function flood(findings: Findings, numbered: NumberedAgent, uploads: number): Promise<void> {
  const builder = new ResultColumnsBuilder();
  for (let at = 0; at < BLOCK_RESULTS; at++) builder.addResult(FLOOD_TARGET, 1, Date.now(), 0, 1);
  const body = encodeBody(builder.buildColumns(), compress);
  const { agentId, boot } = numbered;
  const statuses = new Map<number, number>();
  for (let upload = 0; upload < uploads; upload++) {
    const blocks = Array.from({ length: UPLOAD_BLOCKS }, (_, at) => {
      const sequence = FLOOD_SEQUENCE + upload * UPLOAD_BLOCKS + at;
      return frameBlock({ agentId, boot, lane: LANE.backfill, shard: at % SHARDS, sequence, policyVersion: 1 }, body);
    });
    const status = (await numbered.sendBlocks('backfill', blocks))?.status ?? 0;
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  findings.recordCount('equal results: uploads by status', JSON.stringify(Object.fromEntries(statuses)));
  if (!statuses.has(429)) findings.recordFailure('no upload of equal results was deferred');
}

/** Opens silent connections from another address; a new connection of an agent must still be served. */
async function crowd(findings: Findings, { tls, directUrl }: NumberedAgent, count: number): Promise<void> {
  const open: Socket[] = [];
  for (let at = 0; at < count; at++) {
    const socket = connect({ port: Number(new URL(directUrl).port), host: '127.0.0.1', localAddress: STRANGER });
    socket.on('error', () => socket.destroy());
    open.push(socket);
  }
  await pause(1_000);
  const newcomer = new TestClient(directUrl, tls);
  const answer = await newcomer.sendRequest('/v1/assignments?since=x').catch((error: unknown) => String(error));
  findings.must(
    'silent connections: response to a new connection',
    typeof answer === 'string' ? answer : answer.status,
    400,
  );
  newcomer.close();
  for (const socket of open) socket.destroy();
}

async function report(findings: Findings, { tls, directUrl }: NumberedAgent, count: number): Promise<void> {
  const client = new TestClient(directUrl, tls);
  let putOff = 0;
  for (let at = 0; at < count; at++) {
    const { status } = await client.json('/v1/telemetry', { agentVersion: 'a\u0000b' });
    if (status === 429) putOff++;
    else if (status !== 400) findings.recordFailure(`a report with a NUL was answered with ${status}`);
  }
  client.close();
  findings.recordCount(`reports limited, of ${count}`, putOff);
  if (putOff === 0) findings.recordFailure('no report was limited');
}
