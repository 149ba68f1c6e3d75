import type { CommandReport } from '@icmp-mon/commands/contract';
import { newId } from '@icmp-mon/platform/ids';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayFailure } from '../ship/gateway-client';
import type { HttpsAnswer } from '../ship/https-request';
import { CommandSync } from './command-sync';
import { DeskFixture, IP, SILENT } from './desk.test-fixture';

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
