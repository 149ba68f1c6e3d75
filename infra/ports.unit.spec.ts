import { mkdtempSync, readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { fixedPort, freePort, holderOf, stablePorts } from './ports.mjs';

const servers: Server[] = [];

async function takePort(): Promise<number> {
  const port = await freePort();
  const server = createServer();
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return port;
}

afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

describe('fixedPort', () => {
  it('reports a taken port, its holder and the variable that changes it', async () => {
    const port = await takePort();
    const refused = fixedPort('ICMPMON_API_PORT', port, 'portal and API', {});
    await expect(refused).rejects.toThrow(
      new RegExp(`Port ${port} \\(portal and API\\) is taken by .+ \\(pid ${process.pid}\\).+ICMPMON_API_PORT=`),
    );
  });

  it('prefers the variable to the default, and any free port for 0', async () => {
    const port = await freePort();
    expect(await fixedPort('ICMPMON_API_PORT', 8080, 'API', { ICMPMON_API_PORT: String(port) })).toBe(port);
    expect(await fixedPort('ICMPMON_API_PORT', 8080, 'API', { ICMPMON_API_PORT: '0' })).toBeGreaterThan(0);
  });

  it.each(['80a', '-1', '70000', ''])('rejects %j as a port', async (text) => {
    await expect(fixedPort('ICMPMON_API_PORT', 8080, 'API', { ICMPMON_API_PORT: text })).rejects.toThrow(
      'is not a port',
    );
  });
});

describe('stablePorts', () => {
  it('keeps ports from start to start, and replaces only ports that another process took', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'ports-')), 'ports.json');
    const first = await stablePorts(file, ['a', 'b']);
    expect(await stablePorts(file, ['a', 'b'])).toEqual(first);
    const server = createServer();
    servers.push(server);
    await new Promise<void>((resolve) => server.listen(first.a, '127.0.0.1', resolve));
    const second = await stablePorts(file, ['a', 'b']);
    expect(second.a).not.toBe(first.a);
    expect(second.b).toBe(first.b);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(second);
  });
});

it('finds no holder of a free port', async () => {
  expect(holderOf(await freePort())).toBeUndefined();
});
