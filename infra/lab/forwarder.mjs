import { connect, createServer } from 'node:net';
import { join } from 'node:path';

/**
 * In the core namespace: forwards connections to these TCP ports to sockets in a folder, named after the port. Sockets in a folder cross
 * network namespaces, so no device and no route connects the lab with the machine's own network.
 * @param {number[]} ports
 * @param {string} socketDir
 */
export async function forwardPorts(ports, socketDir) {
  for (const port of ports) {
    const server = createServer((client) => joinSockets(client, connect(join(socketDir, String(port)))));
    await listening(server, { port, host: '0.0.0.0' });
  }
}

/**
 * In the machine's own network: the other half, from sockets in the folder to ports on loopback.
 * @param {number[]} ports
 * @param {string} socketDir
 * @returns {Promise<() => void>} ends it
 */
export async function serveSockets(ports, socketDir) {
  /** @type {Set<import('node:net').Socket>} */
  const open = new Set();
  /** @type {import('node:net').Server[]} */
  const servers = [];
  for (const port of ports) {
    const server = createServer((client) => {
      open.add(client);
      client.once('close', () => open.delete(client));
      joinSockets(client, connect(port, '127.0.0.1'));
    });
    await listening(server, { path: join(socketDir, String(port)) });
    servers.push(server);
  }
  return () => {
    for (const server of servers) server.close();
    for (const socket of open) socket.destroy();
  };
}

/**
 * Joins two sockets; when one fails or ends, so does the other.
 * @param {import('node:net').Socket} one
 * @param {import('node:net').Socket} other
 */
function joinSockets(one, other) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ]) {
    from.pipe(to);
    from.once('error', () => to.destroy());
    from.once('close', () => to.destroy());
  }
}

/**
 * @param {import('node:net').Server} server
 * @param {import('node:net').ListenOptions} where
 */
function listening(server, where) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(where, () => resolve(undefined));
  });
}
