import { once } from 'node:events';
import { createServer, request as httpRequest, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A reverse proxy as nginx or Caddy are usually configured: another Host for the API, and headers with the original request. */
export class SmallProxy {
  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  /** Forwards to `origin` with the client's headers and those of `forwarded`. */
  static async open(origin: string, forwarded: Record<string, string>): Promise<SmallProxy> {
    const { hostname, port, host } = new URL(origin);
    const server = createServer((request, response) => {
      const headers = { ...request.headers, ...forwarded, host };
      const upstream = httpRequest(
        { hostname, port, method: request.method, path: request.url, headers, localAddress: '127.0.0.1' },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.rawHeaders);
          answer.pipe(response);
        },
      );
      upstream.on('error', () => response.destroy());
      request.pipe(upstream);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SmallProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
