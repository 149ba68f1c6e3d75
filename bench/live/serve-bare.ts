import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { BareRequest } from './messages';

/** The reference: a bare server that only writes prepared bytes to all sockets. */
export function serveBare(): void {
  const sockets = new Set<Socket>();
  let chunks: Buffer[] = [];
  const server = createServer((_request, response) => {
    const { socket } = response;
    if (socket === null) return;
    response.useChunkedEncodingByDefault = false;
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    socket.setNoDelay(true);
    socket.write('retry: 2000\n\nid: 0:0:0\n\n');
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  const waiting: Buffer[] = [];
  // Writes everything that is waiting in one write per socket.
  const write = (): void => {
    const bytes = Buffer.concat(waiting.splice(0));
    for (const socket of sockets) socket.write(bytes);
  };
  process.on('message', (message) => {
    const request = message as BareRequest;
    if (request.kind === 'chunks') chunks = request.chunks.map((chunk) => Buffer.from(chunk));
    else if (waiting.push(chunks[request.round]) === 1) setImmediate(write);
  });
  for (const event of ['disconnect', 'SIGTERM']) process.once(event, () => process.exit(0));
  server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
}
