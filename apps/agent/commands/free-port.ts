import { createServer } from 'node:net';

const FIRST_PORT = 9_464;
const PORTS_TRIED_MAX = 200;

/** Returns the first free port on loopback, beginning with the default. @throws Error if there is none */
export async function freePort(): Promise<number> {
  for (let port = FIRST_PORT; port < FIRST_PORT + PORTS_TRIED_MAX; port++) {
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports on 127.0.0.1 from ${FIRST_PORT} to ${FIRST_PORT + PORTS_TRIED_MAX - 1} are in use.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => ('code' in error && error.code === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
