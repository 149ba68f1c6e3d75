import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, Socket } from 'node:net';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { requestHttp } from './http-request';
import { Netns } from './probe-once.test-executor';
import { SocketRoom } from './socket-room';
import { probeSlice, unwatchedExecutor } from './socket-slice.test-executor';
import { connectTcp } from './tcp-connect';

const executor = unwatchedExecutor('tcp_connect', connectTcp, new SocketRoom(1_000));

async function listen(host: string): Promise<{ server: Server; port: number }> {
  const server = createServer((socket) => socket.on('error', () => undefined)).listen(0, host);
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** Returns how many connections to a port of this machine are in TIME_WAIT (state 06). */
function timeWaits(port: number): number {
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const lines = readFileSync('/proc/self/net/tcp', 'utf8')
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return lines.filter(
    ([, local, remote, state]) => state === '06' && (local?.endsWith(suffix) || remote?.endsWith(suffix)),
  ).length;
}

describe('TCP connections on loopback', () => {
  it.each(['127.0.0.1', '::1'])(
    'are replies where a server of %s listens, and refused where none does',
    async (host) => {
      const { server, port } = await listen(host);
      const open = await probeSlice(executor, [host, host], { port });
      expect(open.outcomes).toEqual([OUTCOME.reply, OUTCOME.reply]);
      for (const us of open.rttUs) expect(us).toBeGreaterThan(0);
      server.close();
      await once(server, 'close');
      const closed = await probeSlice(executor, [host, host], { port });
      expect(closed.outcomes).toEqual([OUTCOME.refused, OUTCOME.refused]);
      expect(executor.health()).toMatchObject({ type: 'tcp_connect', state: 'ok' });
    },
  );

  it.each(['127.0.0.1', '::1'])(
    'are refused by a port that the kernel also picks as the local one (%s)',
    async (host) => {
      const { server, port } = await listen(host);
      server.close();
      await once(server, 'close');
      const connect = (net: typeof Socket.prototype, options: object): Socket =>
        unboundConnect.call(net, { ...options, localAddress: host, localPort: port } as never);
      const unboundConnect = Socket.prototype.connect;
      vi.spyOn(Socket.prototype, 'connect').mockImplementation(function (this: Socket, options: unknown) {
        return connect(this, options as object);
      });
      try {
        for (const check of [connectTcp, requestHttp]) {
          const probing = unwatchedExecutor('tcp_connect', check, new SocketRoom(1_000));
          expect((await probeSlice(probing, [host], { port, scheme: 'http' })).outcomes).toEqual([OUTCOME.refused]);
        }
      } finally {
        vi.restoreAllMocks();
      }
    },
  );

  it('leave no connection behind: no port is in TIME_WAIT', async () => {
    const { server, port } = await listen('127.0.0.1');
    const ips = Array.from({ length: 500 }, () => '127.0.0.1');
    const { outcomes } = await probeSlice(executor, ips, { port }, { spacingMs: 0.2 });
    expect(outcomes.filter((outcome) => outcome === OUTCOME.reply)).toHaveLength(500);
    expect(timeWaits(port)).toBe(0);
    server.close();
  });
});

describe('TCP connections through a firewall', () => {
  let netns: Netns;
  const here = `vh${process.pid}`;
  const ip = '198.18.91.2';
  const ipv6 = 'fd5a:91::2';

  beforeAll(() => {
    netns = new Netns();
    const host = (command: string): unknown => execFileSync('sh', ['-ec', command]);
    host(`ip link add ${here} type veth peer name vn0 netns ${netns.name}`);
    host(
      `ip addr add 198.18.91.1/30 dev ${here} && ip addr add fd5a:91::1/64 dev ${here} nodad && ip link set ${here} up`,
    );
    netns.runCommand(`ip addr add ${ip}/30 dev vn0 && ip addr add ${ipv6}/64 dev vn0 nodad && ip link set vn0 up`);
    netns.runCommand(`nft add table inet t
      nft add chain inet t i '{ type filter hook input priority 0; }'
      nft add rule inet t i tcp dport 1001 drop
      nft add rule inet t i tcp dport 1002 reject with icmpx admin-prohibited
      nft add rule inet t i tcp dport 1003 reject with tcp reset`);
  });

  afterAll(() => {
    netns.remove();
  });

  it.each([ip, ipv6])('distinguish dropping, rejecting and resetting (%s)', async (address) => {
    const outcomeAt = async (port: number, timeoutMs = 5_000): Promise<number | undefined> =>
      (await probeSlice(executor, [address], { port }, { timeoutMs })).outcomes[0];
    expect(await outcomeAt(1001, 500)).toBe(OUTCOME.timeout);
    // On a link within one machine the first ICMP error arrives during connect(2), which ignores it; the next SYN follows after a second.
    expect(await outcomeAt(1002)).toBe(OUTCOME.unreachable);
    expect(await outcomeAt(1003)).toBe(OUTCOME.refused);
    expect(await outcomeAt(1004)).toBe(OUTCOME.refused);
  });

  it('to an address without a host are unreachable or time out, and never a reply', async () => {
    const { outcomes } = await probeSlice(executor, ['198.18.91.3'], { port: 1 }, { timeoutMs: 300 });
    expect([OUTCOME.timeout, OUTCOME.unreachable, OUTCOME.not_sent]).toContain(outcomes[0]);
  });
});
