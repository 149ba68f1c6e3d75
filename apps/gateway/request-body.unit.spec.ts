import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readBody } from './request-body';
import { type BodyMemory, BodySlabs } from './results/body-slabs';
import { type HeldBody, UploadMemory } from './results/upload-memory';

const WAIT = { timeout: 20_000 };
let server: Server | undefined;
const MIB = 1024 * 1024;
const usedBytes: number[] = [];

const held = (bytesMax = 8 * MIB): HeldBody =>
  new UploadMemory({ bytesMax, agentBytesMax: Infinity, onChange: (bytes) => usedBytes.push(bytes) }).holdBody('agent');

const slabs = new BodySlabs();

const bodyOf = (request: IncomingMessage, length: number, memory: HeldBody): Promise<BodyMemory> =>
  readBody(request, length, { memory, slabs });

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** Returns a partly received request, and the client's side of it. */
async function requested(declaredBytes: number, sent: string): Promise<{ request: IncomingMessage; client: Socket }> {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  // A server that abandons the request resets the connection.
  client.on('error', () => client.destroy());
  client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${declaredBytes}\r\n\r\n${sent}`);
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  return { request, client };
}

describe('the body of a request', () => {
  it.each(['', 'abc'])('is read completely: "%s"', async (body) => {
    const { request, client } = await requested(body.length, body);
    const whole = await bodyOf(request, body.length, held());
    expect(whole.bytes.toString()).toBe(body);
    whole.giveBack();
    client.destroy();
  });

  it('reserves memory for received bytes, not for announced ones', async () => {
    usedBytes.length = 0;
    const { request, client } = await requested(4 * MIB, 'x');
    const body = bodyOf(request, 4 * MIB, held());
    await expect.poll(() => usedBytes.length, WAIT).toBeGreaterThan(0);
    expect(usedBytes).toEqual([64 * 1024]);
    client.write(Buffer.alloc(4 * MIB - 1, 'x'));
    expect((await body).bytes.equals(Buffer.alloc(4 * MIB, 'x'))).toBe(true);
    expect(usedBytes.at(-1)).toBe(4 * MIB);
    client.destroy();
  });

  it('is rejected when there is no memory for it', async () => {
    const { request, client } = await requested(MIB, 'x');
    const body = bodyOf(request, MIB, held(MIB / 2));
    client.write(Buffer.alloc(MIB - 1));
    await expect(body).rejects.toMatchObject({ code: 'unavailable' });
    client.destroy();
  });

  it('is rejected when it is slow', async () => {
    const { request, client } = await requested(MIB, 'x');
    await expect(bodyOf(request, MIB, held())).rejects.toMatchObject({ status: 408 });
    client.destroy();
  });

  it('is rejected when the client disconnects during it', async () => {
    const { request, client } = await requested(10, 'abc');
    const body = bodyOf(request, 10, held());
    client.destroy();
    await expect(body).rejects.toMatchObject({ code: 'invalid' });
  });

  it('is rejected when the client had disconnected before it was read', async () => {
    const { request, client } = await requested(10, 'abc');
    client.destroy();
    await expect.poll(() => request.destroyed, WAIT).toBe(true);
    await expect(bodyOf(request, 10, held())).rejects.toMatchObject({ code: 'invalid' });
  });
});
