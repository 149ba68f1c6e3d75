import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';

export interface SinkOptions {
  key: string;
  cert: string;
  ca: string;
}

/** The reference of the gateway in a separate process: reads each body to its end and answers 204. */
export function serveSink(): void {
  process.once('message', (options) => {
    const tls = { ...(options as SinkOptions), requestCert: true, rejectUnauthorized: true };
    const server = createServer(tls, (request, response) => {
      request.on('data', () => undefined);
      request.once('end', () => response.writeHead(204).end());
    });
    server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
  });
  process.once('disconnect', () => process.exit(0));
}
