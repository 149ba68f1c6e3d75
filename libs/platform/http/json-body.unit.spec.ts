import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type BodyBounds, hasBody, holdBody, isJsonBody, parseJson } from './json-body';
import { MemoryBudget } from './memory-budget';

let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Returns a request of which only `sent` has arrived, and the socket of its client. */
async function requested(headers: string[], sent: string): Promise<{ request: IncomingMessage; client: Socket }> {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write(`${['POST / HTTP/1.1', 'Host: x', ...headers].join('\r\n')}\r\n\r\n${sent}`);
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  return { request, client };
}

const bounds = (change: Partial<BodyBounds> = {}): BodyBounds => ({
  bytesMax: 100,
  withinMs: 20_000,
  budget: new MemoryBudget(1_000),
  budgetShare: 1,
  ...change,
});

describe('a body', () => {
  it('uses the budget until it is released', async () => {
    const budget = new MemoryBudget(1_000);
    const { request } = await requested(['Content-Length: 7'], '{"a":1}');
    expect(hasBody(request)).toBe(true);
    const { bytes, releaseBody } = await holdBody(request, bounds({ budget }));
    expect(parseJson(bytes)).toEqual({ a: 1 });
    expect(budget.usedBytes).toBe(7);
    releaseBody();
    releaseBody();
    expect(budget.usedBytes).toBe(0);
  });

  it('is refused by its announced length before it is read', async () => {
    const budget = new MemoryBudget(1_000);
    const { request } = await requested(['Content-Length: 101'], 'x'.repeat(50));
    await expect(holdBody(request, bounds({ budget }))).rejects.toMatchObject({ code: 'too_large' });
    expect(budget.usedBytes).toBe(0);
  });

  it('is refused by the bytes that arrive when its length is not announced', async () => {
    const { request } = await requested(['Transfer-Encoding: chunked'], `65\r\n${'x'.repeat(101)}\r\n0\r\n\r\n`);
    await expect(holdBody(request, bounds())).rejects.toMatchObject({ code: 'too_large' });
  });

  it('is charged to the budget for bytes that arrived, not for announced bytes', async () => {
    const budget = new MemoryBudget(60);
    const { request, client } = await requested(['Content-Length: 100'], 'x'.repeat(10));
    const held = holdBody(request, bounds({ budget }));
    const refused = expect(held).rejects.toMatchObject({ code: 'unavailable' });
    await expect.poll(() => budget.usedBytes).toBe(10);
    client.write('x'.repeat(90));
    await refused;
    expect(budget.usedBytes).toBe(0);
  });

  it('is refused beyond its share of the budget', async () => {
    const { request } = await requested(['Content-Length: 30'], 'x'.repeat(30));
    const held = holdBody(request, bounds({ budget: new MemoryBudget(100), budgetShare: 0.25 }));
    await expect(held).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('is refused when it takes too long', async () => {
    const budget = new MemoryBudget(1_000);
    const { request } = await requested(['Content-Length: 100'], 'x');
    await expect(holdBody(request, bounds({ withinMs: 50, budget }))).rejects.toMatchObject({ status: 408 });
    expect(budget.usedBytes).toBe(0);
  });

  it('is refused when its client disconnects before the end', async () => {
    const { request, client } = await requested(['Content-Length: 100'], 'x');
    const held = holdBody(request, bounds());
    client.destroy();
    await expect(held).rejects.toMatchObject({
      code: 'invalid',
      detail: 'The connection closed before the whole body arrived.',
    });
  });
});

describe('JSON', () => {
  it.each([
    ['application/json', true],
    ['application/JSON; charset=utf-8', true],
    ['application/problem+json', true],
    ['text/plain', false],
    ['application/x-www-form-urlencoded', false],
    ['', false],
  ])('is recognised by its media type: "%s"', async (type, isJson) => {
    const { request } = await requested([`Content-Type: ${type}`, 'Content-Length: 2'], '{}');
    expect(isJsonBody(request)).toBe(isJson);
  });

  it.each(['Content-Type: application/json; charset=iso-8859-1', 'Content-Encoding: gzip'])(
    'is refused with %s',
    async (header) => {
      const type = header.startsWith('Content-Type') ? [] : ['Content-Type: application/json'];
      const { request } = await requested([...type, header, 'Content-Length: 2'], '{}');
      expect(() => isJsonBody(request)).toThrow(expect.objectContaining({ status: 415 }));
    },
  );

  it.each([
    ['a Latin-1 letter', Buffer.from('{"a":"caf\xe9"}', 'latin1')],
    ['a truncated character', Buffer.from('{"a":"é"}').subarray(0, 7)],
    ['a surrogate in UTF-8', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
  ])('is refused with %s', (_, bytes) => {
    expect(() => parseJson(bytes)).toThrow(
      expect.objectContaining({ code: 'invalid', detail: expect.stringContaining('UTF-8') as string }),
    );
  });

  it('is read with a byte order mark, and is undefined when empty', () => {
    expect(parseJson(Buffer.from('\ufeff{"a":"é"}'))).toEqual({ a: 'é' });
    expect(parseJson(Buffer.alloc(0))).toBeUndefined();
  });
});
