import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AssignedTier } from '@icmp-mon/assignment/contract';
import { RebindingNames } from '@icmp-mon/platform/testing';
import { FakeGateway } from '@icmp-mon/probing/agent/testing';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AgentProcess } from './agent-process.test-fixture';

const WITHIN = { timeout: 60_000, interval: 50 };
const TARGET = '127.6.0.1';
const DENIED = '127.6.9.1';
const RANGES = 'allow: ["127.6.0.0/16"]\ndeny: ["127.6.9.0/24"]\npacketsPerSecondPerAddress: 50\n';

/** Counts connections to a port, or requests if it speaks HTTP. */
interface Witness {
  port: number;
  count: number;
}

describe('the policy file of a running agent', () => {
  let dir: string;
  let gateway: FakeGateway;
  let agent: AgentProcess | undefined;
  const open: { close(): unknown }[] = [];

  beforeEach(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'agent-policy-'));
    gateway = await FakeGateway.open();
  });
  afterEach(async () => {
    await agent?.stop();
    agent = undefined;
    await gateway.close();
    for (const each of open.splice(0)) each.close();
    rmSync(dir, { recursive: true });
  });

  async function witness(host: string, server: Server = createServer(), port = 0): Promise<Witness> {
    const seen = { port, count: 0 };
    server.on('connection', (socket) => {
      seen.count++;
      socket.on('error', () => undefined);
    });
    server.listen(port, host);
    open.push(server);
    await once(server, 'listening');
    seen.port = (server.address() as AddressInfo).port;
    return seen;
  }

  async function udpWitness(host: string): Promise<Witness> {
    const socket = createSocket('udp4').bind(0, host);
    open.push(socket);
    await once(socket, 'listening');
    const seen = { port: socket.address().port, count: 0 };
    socket.on('message', () => seen.count++);
    return seen;
  }

  const assign = (ips: string[], ...checks: Omit<AssignedTier['checks'][number], 'check' | 'expect'>[]): void =>
    gateway.assignTargets(
      ips,
      1_000,
      400,
      checks.map((each, at) => ({ ...each, check: at + 1, expect: 'reachable' as const })),
    );
  const resultsOf = (check: number): number[] =>
    gateway.results.filter(([, , , , by]) => by === check).map(([, , outcome]) => outcome);

  it('lets nothing through to ports, names and addresses that it refuses, for every executor', async () => {
    const allowed = await witness(TARGET);
    const named = createHttp((_request, response) => response.end('fine'));
    const refused = {
      port: await witness(TARGET),
      web: await witness(TARGET, named),
      names: await udpWitness(TARGET),
      address: await witness(DENIED, createServer(), allowed.port),
    };
    const portOnly = `{allow: [${allowed.port}, ${refused.web.port}]}`;
    const policy = `${RANGES}ports: {tcp_connect: ${portOnly}, dns: {allow: []}}\nhttpHosts: {deny: ["*.internal"]}\n`;
    agent = await AgentProcess.start(dir, gateway, policy);
    assign(
      [TARGET, DENIED],
      { type: 'tcp_connect', port: allowed.port },
      { type: 'tcp_connect', port: refused.port.port },
      { type: 'http', scheme: 'http', port: refused.web.port, host: 'metadata.internal' },
      { type: 'dns', queryName: 'example.net', queryType: 'A', port: refused.names.port },
    );
    await expect.poll(() => resultsOf(1).length, WITHIN).toBeGreaterThan(3);
    await expect.poll(() => gateway.telemetry?.policyRefused, WITHIN).toEqual({ denied: 1, port_refused: 1 });
    await expect.poll(() => gateway.policy?.ports, WITHIN).toMatchObject({ dns: { allow: [], deny: [] } });
    expect(new Set(resultsOf(1))).toEqual(new Set([OUTCOME.reply]));
    expect([2, 3, 4].flatMap(resultsOf)).toEqual([]);
    expect(Object.values(refused).map(({ count }) => count)).toEqual([0, 0, 0, 0]);
    expect(allowed.count).toBeGreaterThan(3);

    // The off switch stops what is allowed too; without it everything continues.
    agent.changePolicy(`${policy}stopped: true\n`);
    await expect.poll(() => gateway.telemetry?.policyRefused, WITHIN).toEqual({ stopped: 2 });
    expect(gateway.policy?.stopped).toBe(true);
    const stoppedAt = allowed.count;
    await pause(3_000);
    expect(allowed.count).toBe(stoppedAt);
    agent.changePolicy(RANGES);
    await expect.poll(() => allowed.count, WITHIN).toBeGreaterThan(stoppedAt);
    await expect
      .poll(() => Math.min(refused.port.count, refused.web.count, refused.names.count), WITHIN)
      .toBeGreaterThan(0);
    expect(refused.address.count).toBe(0);
  });

  it('bounds the packets per second of an address over all executors when a server orders 1,000,000', async () => {
    const [web, port] = [
      await witness(
        TARGET,
        createHttp((_request, response) => response.end('fine')),
      ),
      await witness(TARGET),
    ];
    agent = await AgentProcess.start(dir, gateway, `${RANGES}packetsPerSecond: 200\n`);
    gateway.assignTargets(Array<string>(1_000).fill(TARGET), 1, 400, [
      { check: 1, type: 'http', scheme: 'http', expect: 'reachable', port: web.port },
      { check: 2, type: 'tcp_connect', expect: 'reachable', port: port.port },
      { check: 3, type: 'icmp_ping', expect: 'reachable' },
    ]);
    await expect.poll(() => gateway.results.length, WITHIN).toBeGreaterThan(0);
    await expect.poll(() => gateway.telemetry?.policyRefused?.too_fast, WITHIN).toBeGreaterThan(900);
    const before = { web: web.count, port: port.count };
    await pause(5_000);
    // A request counts as ten packets, a connection as three; slices of a second may begin before and end after.
    const packets = 10 * (web.count - before.web) + 3 * (port.count - before.port);
    expect(packets).toBeLessThanOrEqual(50 * 7);
  });

  it.skipIf(process.getuid?.() !== 0)(
    'connects to the address of the target only, regardless of what a name resolves to and where the server redirects to',
    async () => {
      const names = await RebindingNames.open('127.6.53.53', TARGET, DENIED);
      open.push(names);
      const { resolve, prefix } = names.within(dir);
      const seen: (string | undefined)[] = [];
      const redirecting = createHttp((request, response) => {
        seen.push(request.headers.host);
        response.writeHead(302, { Location: `http://rebind.test:${web.port}/` }).end();
      });
      const web = await witness(TARGET, redirecting);
      const denied = await witness(DENIED, createServer(), web.port);
      // The name is allowed at the first look-up, and denied at the second.
      expect([await resolve(), await resolve()]).toEqual([TARGET, DENIED]);
      const asked = names.asked;
      agent = await AgentProcess.start(dir, gateway, `${RANGES}httpHosts: {allow: [rebind.test]}\n`, prefix);
      assign([TARGET, DENIED], { type: 'http', scheme: 'http', port: web.port, host: 'rebind.test' });
      await expect.poll(() => resultsOf(1).length, WITHIN).toBeGreaterThan(3);
      expect(new Set(resultsOf(1))).toEqual(new Set([OUTCOME.reply]));
      expect(new Set(seen)).toEqual(new Set([`rebind.test:${web.port}`]));
      expect([denied.count, names.asked - asked]).toEqual([0, 0]);
    },
  );
});
