import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { decodeDetail, OUTCOME, type ResultDetail } from '@icmp-mon/probing/contract';
import { compress } from '@icmp-mon/platform/zstd';
import { expect, it } from 'vitest';
import { ProbingAgent } from './agent';
import { FakeGateway } from './fake-gateway.test-server';

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const WITHIN = { timeout: 30_000, interval: 50 };

it('probes every check of a target, and ships each result under the number of its check', async () => {
  const dir = mkdtempSync(path.join(os.tmpdir(), 'agent-checks-'));
  const gateway = await FakeGateway.open();
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const web = createHttp((_request, response) => response.end('fine')).listen(0, '127.0.0.1');
  await once(web, 'listening');
  const { port: webPort } = web.address() as AddressInfo;
  writeFileSync(path.join(dir, 'policy.yaml'), 'allow: ["127.0.0.0/8"]\npacketsPerSecondPerAddress: 100\n');
  gateway.assignTargets(['127.0.0.1', '127.4.0.2'], 1_000, 500, [
    { check: 1, type: 'icmp_ping', expect: 'reachable' },
    { check: 4, type: 'tcp_connect', expect: 'reachable', port },
    { check: 5, type: 'icmp_ping', expect: 'reachable', packets: 2, size: 1_000 },
    { check: 6, type: 'http', expect: 'reachable', scheme: 'http', port: webPort },
  ]);
  const agent = new ProbingAgent({
    ...{ enrolUrl: gateway.enrolUrl, enrolToken: 'right', caSha256: gateway.caSha256 },
    ...{ name: 'pop-1', region: 'r', provider: 'p', tags: {}, agentVersion: 'test', fpingPath: undefined },
    ...{ stateDir: path.join(dir, 'state'), policyFile: path.join(dir, 'policy.yaml') },
    ...{ spoolBytesMax: 64 * 1024 * 1024, compress, log: SILENT },
  });
  agent.start((error) => {
    throw error;
  });
  const outcomesOf = (key: number, check: number): Set<number> =>
    new Set(gateway.results.filter(([of, , , , by]) => of === key && by === check).map(([, , outcome]) => outcome));
  const detailOf = (key: number, check: number): ResultDetail | undefined => {
    for (const { results, details } of gateway.blocks.values()) {
      const at = results.findIndex(([of, , , , by]) => of === key && by === check);
      if (at >= 0) return decodeDetail(details.get(at));
    }
    return undefined;
  };
  try {
    await expect.poll(() => outcomesOf(2, 4).size, WITHIN).toBe(1);
    await expect.poll(() => outcomesOf(1, 4).size + outcomesOf(1, 1).size + outcomesOf(2, 1).size, WITHIN).toBe(3);
    expect(outcomesOf(1, 4)).toEqual(new Set([OUTCOME.reply]));
    // The server listens on another address only.
    expect(outcomesOf(2, 4)).toEqual(new Set([OUTCOME.refused]));
    expect(outcomesOf(2, 1)).toEqual(new Set([OUTCOME.reply]));
    await expect.poll(() => detailOf(1, 5), WITHIN).toEqual({ packets: { sent: 2, received: 2 } });
    await expect.poll(() => detailOf(1, 6)?.phases, WITHIN).toMatchObject({ totalUs: expect.any(Number), tlsUs: null });
    expect([detailOf(1, 1), detailOf(1, 4)]).toEqual([{}, {}]);
    await expect.poll(() => gateway.telemetry?.executors.map(({ type }) => type), WITHIN).toContain('tcp_connect');
    await expect.poll(() => gateway.telemetry?.targets, WITHIN).toBe(2);
  } finally {
    await agent.stop();
    await gateway.close();
    server.close();
    web.close();
    rmSync(dir, { recursive: true });
  }
});
