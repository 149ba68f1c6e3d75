import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { readBody } from './request-body';

const WAIT = { timeout: 20_000 };
let server: Server | undefined;

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A request of which so much has arrived, and the client's end of it. */
async function requested(declaredBytes: number, sent: string): Promise<{ request: IncomingMessage; client: Socket }> {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${declaredBytes}\r\n\r\n${sent}`);
  const [request] = (await once(server, 'request')) as [IncomingMessage];
  return { request, client };
}

describe('the body of a request', () => {
  it.each(['', 'abc'])('is read whole: "%s"', async (body) => {
    const { request, client } = await requested(body.length, body);
    expect((await readBody(request, body.length)).toString()).toBe(body);
    client.destroy();
  });

  it('is refused when the client goes away amid it', async () => {
    const { request, client } = await requested(10, 'abc');
    const body = readBody(request, 10);
    client.destroy();
    await expect(body).rejects.toMatchObject({ code: 'invalid' });
  });

  it('is refused when the client went away before anybody looked', async () => {
    const { request, client } = await requested(10, 'abc');
    client.destroy();
    await expect.poll(() => request.destroyed, WAIT).toBe(true);
    await expect(readBody(request, 10)).rejects.toMatchObject({ code: 'invalid' });
  });
});
