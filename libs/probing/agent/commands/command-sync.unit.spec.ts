import { type CommandReport, REPORT_LIMITS } from '@icmp-mon/commands/contract';
import { newId } from '@icmp-mon/platform/ids';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayFailure } from '../ship/gateway-client';
import type { HttpsAnswer } from '../ship/https-request';
import { CommandSync } from './command-sync';
import { DeskFixture, IP, SILENT, traceOf } from './desk.test-fixture';

const ORDER = { kind: 'icmp_ping', ip: IP, parameters: {}, count: 1, timeoutMs: 500, expiresInMs: 5_000 };

let of: DeskFixture;
let sync: CommandSync;

beforeEach(() => {
  of = new DeskFixture();
});
afterEach(async () => {
  await sync.stop();
  of.remove();
});

describe('orders of a gateway', () => {
  it('have ids that the next poll may contain; others are ignored', async () => {
    const good = newId();
    const ids = ['x', '', '../commands', good.toUpperCase(), `${good}x`, good];
    const polls: unknown[] = [];
    const gateway = {
      sendJson: (path: string, body: object): Promise<HttpsAnswer> => {
        if (path === '/v1/commands') polls.push(body);
        const orders = ids.map((id) => ({ id, ...ORDER }));
        return Promise.resolve({ status: 200, headers: {}, body: Buffer.from(JSON.stringify({ orders, ended: [] })) });
      },
    };
    sync = new CommandSync({ gateway, journal: of.journal, desk: of.desk, log: SILENT });
    sync.start();
    await expect.poll(() => polls.length, { timeout: 10_000 }).toBeGreaterThan(1);
    expect([polls[1], of.received]).toEqual([{ known: [good] }, [good]]);
  });
});

describe('reports of an agent', () => {
  it('state the progress of a trace at most twice per second, the latest only, and none after its end', async () => {
    const [a, b] = [newId(), newId()];
    const sent: CommandReport[][] = [];
    const gateway = {
      sendJson: (path: string, body: object): Promise<HttpsAnswer> => {
        if (path === '/v1/commands') return Promise.reject(new GatewayFailure(503, 'busy', undefined));
        sent.push((body as { reports: CommandReport[] }).reports);
        return Promise.resolve({ status: 204, headers: {}, body: Buffer.alloc(0) });
      },
    };
    sync = new CommandSync({ gateway, journal: of.journal, desk: of.desk, log: SILENT });
    sync.start();
    const progress = (commandId: string, number: number): CommandReport => ({
      ...{ commandId, state: 'progress', number, trace: traceOf(IP), names: {} },
    });
    of.journal.accept(b, 60_000);
    const startedMs = performance.now();
    for (let number = 1; number <= 30; number++) {
      sync.sendProgress(progress(a, number));
      if (number === 10) sync.sendProgress(progress(b, 1));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const numbers = () => sent.flat().flatMap((report) => (report.state === 'progress' ? [report.number] : []));
    await expect.poll(() => numbers().at(-1), { timeout: 10_000 }).toBe(30);
    expect(sent.length).toBeLessThanOrEqual(2 + (performance.now() - startedMs) / REPORT_LIMITS.progressEveryMs);
    expect(sent.length).toBeLessThan(15);
    sync.sendProgress(progress(b, 2));
    of.journal.recordEnd({ commandId: b, state: 'completed', attempts: [], trail: [] });
    sync.wakeReporter();
    await expect.poll(() => of.journal.reports, { timeout: 10_000 }).toEqual([]);
    expect(sent.at(-1)?.map(({ state }) => state)).toEqual(['completed']);
  });

  it.each([
    [400, 'not valid'],
    [413, 'too large'],
  ])('arrive although the gateway refuses one of them with %s: %s', async (status) => {
    const ids = Array.from({ length: 5 }, newId);
    for (const id of ids) {
      of.journal.accept(id, 60_000);
      // The refused one does not fit into any request.
      const text = id === ids[2] ? 'x'.repeat(70_000) : 'x';
      of.journal.recordEnd({ commandId: id, state: 'completed', attempts: [], trail: [{ afterMs: 1, text }] });
    }
    const arrived: string[] = [];
    const gateway = {
      sendJson: (path: string, body: object): Promise<HttpsAnswer> => {
        if (path === '/v1/commands') return Promise.reject(new GatewayFailure(503, 'busy', undefined));
        const sent = (body as { reports: CommandReport[] }).reports.map(({ commandId }) => commandId);
        if (sent.includes(ids[2] ?? '')) return Promise.reject(new GatewayFailure(status, 'refused', undefined));
        arrived.push(...sent);
        return Promise.resolve({ status: 204, headers: {}, body: Buffer.alloc(0) });
      },
    };
    sync = new CommandSync({ gateway, journal: of.journal, desk: of.desk, log: SILENT });
    sync.start();
    await expect.poll(() => of.journal.reports, { timeout: 10_000 }).toEqual([]);
    expect(arrived).toEqual(ids.filter((id) => id !== ids[2]));
  });
});
