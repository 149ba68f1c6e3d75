import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type AddressInfo, createServer, type Server } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import type {
  CommandOrder,
  CommandOrdersRequest,
  CommandReport,
  CommandReportsRequest,
} from '@icmp-mon/commands/contract';
import { newId } from '@icmp-mon/platform/ids';
import { compress } from '@icmp-mon/platform/zstd';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProbingAgent } from './agent';
import { FakeGateway } from './fake-gateway.test-server';
import { findMtr } from './trace/find-mtr';

const [PING, TCP, HTTP] = Array.from({ length: 3 }, newId) as [string, string, string];
const WITHIN = { timeout: 60_000, interval: 50 };
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Orders commands, again and again, and records what the agent reports. */
class CommandingGateway extends FakeGateway {
  readonly orders: CommandOrder[] = [];
  readonly ended: string[] = [];
  readonly reports: CommandReport[] = [];
  known: string[] = [];
  acceptsReports = true;

  protected override handle(request: IncomingMessage, response: ServerResponse, isEnrolment: boolean): void {
    if (request.url === '/v1/commands') void this.answerPoll(request, response);
    else if (request.url === '/v1/command-results') void this.answerReports(request, response);
    else super.handle(request, response, isEnrolment);
  }

  private async answerPoll(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.known = ((await json(request)) as CommandOrdersRequest).known;
    response.end(JSON.stringify({ orders: this.orders, ended: this.ended.filter((id) => this.known.includes(id)) }));
  }

  private async answerReports(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { reports } = (await json(request)) as CommandReportsRequest;
    if (!this.acceptsReports) return void response.writeHead(503).end();
    this.reports.push(...reports);
    response.writeHead(204).end();
  }
}

describe('an agent that is ordered to probe now', () => {
  let dir: string;
  let gateway: CommandingGateway;
  let agent: ProbingAgent;
  let listener: Server;

  beforeEach(async () => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'agent-commands-'));
    gateway = new CommandingGateway();
    await gateway.listenOn();
    writeFileSync(path.join(dir, 'policy.yaml'), 'allow: ["127.0.0.0/8"]\ncommands: [icmp_ping, tcp_connect, mtr]\n');
    listener = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((done) => listener.listen(0, '127.0.0.1', done));
    agent = started();
  });
  afterEach(async () => {
    await agent.stop();
    await gateway.close();
    listener.close();
    rmSync(dir, { recursive: true });
  });

  function started(): ProbingAgent {
    const starting = new ProbingAgent({
      ...{ enrolUrl: gateway.enrolUrl, enrolToken: 'right', caSha256: gateway.caSha256 },
      ...{ name: 'pop-1', region: 'r', provider: 'p', tags: {}, agentVersion: 'test' },
      ...{ stateDir: path.join(dir, 'state'), policyFile: path.join(dir, 'policy.yaml'), fpingPath: undefined },
      ...{ spoolBytesMax: 64 * 1024 * 1024, compress, log: SILENT },
    });
    starting.start((error) => {
      throw error;
    });
    return starting;
  }

  const order = (id: string, more: Partial<CommandOrder> = {}): void => {
    gateway.orders.push({
      ...{ id, kind: 'icmp_ping', ip: '127.4.0.1', parameters: {}, count: 3, timeoutMs: 1_000, expiresInMs: 60_000 },
      ...more,
    });
  };
  const endOf = (id: string): CommandReport | undefined =>
    gateway.reports.find(({ commandId, state }) => commandId === id && (state === 'completed' || state === 'failed'));

  it('pings, connects, and refuses what its policy file does not list', async () => {
    order(PING);
    order(TCP, {
      kind: 'tcp_connect',
      parameters: { port: (listener.address() as AddressInfo).port },
      ip: '127.0.0.1',
    });
    order(HTTP, { kind: 'http', parameters: { scheme: 'http' } });
    await expect
      .poll(() => [PING, TCP, HTTP].map((id) => endOf(id)?.state), WITHIN)
      .toEqual([...['completed', 'completed', 'failed']]);
    const ping = endOf(PING);
    expect(ping).toMatchObject({ attempts: Array.from({ length: 3 }, () => ({ outcome: 'reply' })) });
    expect(endOf(TCP)).toMatchObject({ attempts: [{ outcome: 'reply' }, {}, {}] });
    expect(endOf(HTTP)).toMatchObject({ reason: 'refused', attempts: [] });
    expect(gateway.reports.filter(({ state }) => state === 'received').map(({ commandId }) => commandId)).toContain(
      PING,
    );
    const ends = gateway.reports.filter(({ state }) => state !== 'received');
    // The gateway orders each again in every answer.
    expect(ends).toHaveLength(3);
    gateway.ended.push(PING, TCP, HTTP);
    await expect.poll(() => gateway.known, WITHIN).toEqual([]);
  });

  it.skipIf(findMtr() === null)(
    'traces, shows the trace while it grows, and ends it when it is restarted',
    async () => {
      const [whole, interrupted] = [newId(), newId()];
      const progressOf = (id: string) =>
        gateway.reports.filter((report) => report.commandId === id && report.state === 'progress');
      order(whole, { kind: 'mtr', count: 3, ip: '127.4.0.3' });
      await expect.poll(() => progressOf(whole).length, WITHIN).toBeGreaterThan(0);
      await expect.poll(() => endOf(whole)?.state, WITHIN).toBe('completed');
      const end = endOf(whole);
      const trace = end !== undefined && 'trace' in end ? end.trace : undefined;
      expect([trace?.addresses, trace?.rounds.length]).toEqual([['127.4.0.3'], 3]);
      for (const round of trace?.rounds ?? []) expect(round[0]).toEqual([0, expect.any(Number)]);
      // At most one in half a second.
      expect(progressOf(whole).length).toBeLessThan(12);
      order(interrupted, { kind: 'mtr', count: 20, ip: '127.4.0.4' });
      await expect.poll(() => progressOf(interrupted).length, WITHIN).toBeGreaterThan(0);
      await agent.stop();
      agent = started();
      await expect.poll(() => endOf(interrupted), WITHIN).toMatchObject({ state: 'failed', reason: 'interrupted' });
      expect(gateway.reports.filter(({ state }) => state === 'completed' || state === 'failed')).toHaveLength(2);
    },
  );

  it('reports when the gateway is back, also after a restart, and runs nothing twice', async () => {
    gateway.acceptsReports = false;
    order(PING);
    await expect.poll(() => gateway.known, WITHIN).toEqual([PING]);
    await agent.stop();
    gateway.acceptsReports = true;
    agent = started();
    await expect.poll(() => endOf(PING), WITHIN).toBeDefined();
    expect(gateway.reports.filter(({ commandId, state }) => commandId === PING && state !== 'received')).toHaveLength(
      1,
    );
  });
});
