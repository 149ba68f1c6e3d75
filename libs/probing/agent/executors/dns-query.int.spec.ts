import { createSocket, type RemoteInfo, type Socket as UdpSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type DnsFacts, OUTCOME } from '@icmp-mon/probing/contract';
import type { CheckDefinition } from '@icmp-mon/tiers/contract';
import { expect, it } from 'vitest';
import { queryDns } from './dns-query';
import { probeSlice, unwatchedExecutor } from './socket-slice.test-executor';

const HOST = '127.0.0.1';
const CHECK = { type: 'dns', queryName: 'www.Example.net', queryType: 'A' } as const;

/** A record as a pointer to the question's name, type, class IN, ttl 60, length and data. */
function record(type: number, data: number[]): Buffer {
  return Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, data.length, ...data]);
}

/** Answers a query with a response code, flags and records. */
function answerTo(query: Buffer, records: Buffer[] = [], { rcode = 0, truncated = false } = {}): Buffer {
  const answer = Buffer.concat([query, ...records]);
  answer.writeUInt16BE(0x8180 | rcode | (truncated ? 0x0200 : 0), 2);
  answer.writeUInt16BE(records.length, 6);
  return answer;
}

/** Listens on a port that is free for UDP and TCP. */
async function listenOnBoth(host: string): Promise<{ udp: UdpSocket; tcp: Server; port: number }> {
  for (let attempt = 1; ; attempt++) {
    const udp = createSocket(host.includes(':') ? 'udp6' : 'udp4').bind(0, host);
    await once(udp, 'listening');
    const { port } = udp.address();
    const tcp = createServer().listen(port, host);
    try {
      await once(tcp, 'listening');
      return { udp, tcp, port };
    } catch (error) {
      udp.close();
      if (attempt === 20) throw error;
    }
  }
}

/** Probes a name server that answers each query by `respond`. */
async function outcomeOf(
  respond: (query: Buffer) => Buffer[],
  check: Partial<CheckDefinition> = {},
  { host = HOST, timeoutMs = 5_000, overTcp = undefined as ((query: Buffer) => Buffer | null) | undefined } = {},
): Promise<{ outcome: number | undefined; foreignReplies: number; dns: DnsFacts | undefined }> {
  const { udp, tcp, port } = await listenOnBoth(host);
  udp.on('message', (query: Buffer, { port: to, address }: RemoteInfo) => {
    for (const answer of respond(query)) udp.send(answer, to, address);
  });
  tcp.on('connection', (socket) => {
    socket.on('error', () => undefined);
    socket.once('data', (bytes) => {
      if (overTcp === undefined) return socket.destroy();
      const answer = overTcp(bytes.subarray(2));
      if (answer === null) return undefined;
      // In two parts: TCP has no messages.
      socket.write(Buffer.from([answer.length >> 8, answer.length & 255]));
      return socket.write(answer);
    });
  });
  const executor = unwatchedExecutor('dns', queryDns);
  const { outcomes, facts } = await probeSlice(executor, [host], { ...CHECK, ...check, port }, { timeoutMs });
  udp.close();
  tcp.close();
  return { outcome: outcomes[0], foreignReplies: executor.counters.foreignReplies, dns: facts[0]?.dns };
}

const ADDRESS = record(1, [192, 0, 2, 7]);

it.each([HOST, '::1'])('an answer without an error is a reply (%s)', async (host) => {
  const { outcome } = await outcomeOf((query) => [answerTo(query, [ADDRESS])], {}, { host });
  expect(outcome).toBe(OUTCOME.reply);
});

it.each([
  ['A', '192.0.2.7', ADDRESS],
  ['AAAA', '2001:db8::7', record(28, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7])],
  ['CNAME', 'example.net', record(5, [0xc0, 16])],
  ['NS', 'a.example.net.', record(2, [1, 0x61, 0xc0, 16])],
  ['AAAA', '2001:DB8:0:0::7', record(28, [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7])],
  ['CNAME', 'Example.NET.', record(5, [0xc0, 16])],
  ['MX', '10 example.net', record(15, [0, 10, 0xc0, 16])],
  ['MX', '10  Example.net.', record(15, [0, 10, 0xc0, 16])],
  ['SOA', 'a.example.net.', record(6, [1, 0x61, 0xc0, 16, 0xc0, 16, ...Array<number>(20).fill(0)])],
  [
    'SOA',
    'A.example.net. hostmaster.example.net. 1',
    record(6, [1, 0x61, 0xc0, 16, 0xc0, 16, ...Array<number>(20).fill(0)]),
  ],
  ['TXT', 'ends with a dot.', record(16, [16, ...Buffer.from('ends with a dot.')])],
  ['TXT', 'für alle', record(16, [9, ...Buffer.from('für alle')])],
  ['TXT', 'hello world', record(16, [6, ...Buffer.from('hello '), 5, ...Buffer.from('world')])],
] as const)('a demanded %s record is compared: %s', async (queryType, answer, data) => {
  const respond = (query: Buffer): Buffer[] => [answerTo(query, [data])];
  expect((await outcomeOf(respond, { queryType, answer })).outcome).toBe(OUTCOME.reply);
  expect((await outcomeOf(respond, { queryType, answer: 'another' })).outcome).toBe(OUTCOME.mismatch);
});

it('a demanded record counts in any place, and the alias of a name is not the record that it leads to', async () => {
  const alias = record(5, [0xc0, 16]);
  const other = record(1, [192, 0, 2, 8]);
  const check = { answer: '192.0.2.7' };
  for (const records of [
    [alias, other, ADDRESS],
    [ADDRESS, other],
  ]) {
    expect((await outcomeOf((query) => [answerTo(query, records)], check)).outcome).toBe(OUTCOME.reply);
  }
  expect((await outcomeOf((query) => [answerTo(query, [alias])], check)).outcome).toBe(OUTCOME.mismatch);
});

it('a response code other than the one demanded is a mismatch', async () => {
  const nxdomain = (query: Buffer): Buffer[] => [answerTo(query, [], { rcode: 3 })];
  expect((await outcomeOf(nxdomain)).outcome).toBe(OUTCOME.mismatch);
  expect((await outcomeOf(nxdomain, { rcode: 'NXDOMAIN' })).outcome).toBe(OUTCOME.reply);
});

it('states response code and records of an answer, also of one that is not as demanded', async () => {
  const answer = (query: Buffer): Buffer[] => [answerTo(query, [ADDRESS, ADDRESS])];
  const records = ['192.0.2.7', '192.0.2.7'];
  expect((await outcomeOf(answer, { answer: '192.0.2.8' })).dns).toEqual({ rcode: 'NOERROR', records });
  const unnamed = (query: Buffer): Buffer[] => [answerTo(query, [], { rcode: 9 })];
  expect((await outcomeOf(unnamed)).dns).toEqual({ rcode: 'RCODE9', records: [] });
  const text = (query: Buffer): Buffer[] => [answerTo(query, [record(16, [9, ...Buffer.from('für alle')])])];
  expect((await outcomeOf(text, { queryType: 'TXT' })).dns?.records).toEqual(['für alle']);
  expect((await outcomeOf(() => [], {}, { timeoutMs: 100 })).dns).toBeUndefined();
});

it('only the answer to this very query counts: others are counted and ignored', async () => {
  const otherId = (query: Buffer): Buffer => {
    const answer = answerTo(query, [ADDRESS]);
    answer.writeUInt16BE(query.readUInt16BE(0) ^ 1, 0);
    return answer;
  };
  const otherName = (query: Buffer): Buffer => {
    const answer = answerTo(query, [ADDRESS]);
    answer[13] ^= 2;
    return answer;
  };
  const respond = (query: Buffer): Buffer[] => [otherId(query), otherName(query), query, Buffer.from('no message')];
  expect(await outcomeOf(respond, {}, { timeoutMs: 300 })).toMatchObject({
    outcome: OUTCOME.timeout,
    foreignReplies: 4,
  });
  const late = await outcomeOf((query) => [otherId(query), answerTo(query, [ADDRESS])]);
  expect(late).toMatchObject({ outcome: OUTCOME.reply, foreignReplies: 1 });
});

it('an answer with damaged records is a mismatch where a record is demanded, and never the end of the agent', async () => {
  const loop = record(5, [0xc0, 41]);
  const cut = (query: Buffer): Buffer[] => [answerTo(query, [ADDRESS]).subarray(0, -2)];
  expect((await outcomeOf(cut, { answer: '192.0.2.7' })).outcome).toBe(OUTCOME.mismatch);
  const looping = (query: Buffer): Buffer[] => [answerTo(query, [loop])];
  expect((await outcomeOf(looping, { queryType: 'CNAME', answer: 'x' })).outcome).toBe(OUTCOME.mismatch);
});

it('a truncated answer is asked for again over TCP', async () => {
  const truncated = (query: Buffer): Buffer[] => [answerTo(query, [], { truncated: true })];
  const overTcp = (query: Buffer): Buffer => answerTo(query, [ADDRESS]);
  const check = { answer: '192.0.2.7' };
  expect((await outcomeOf(truncated, check, { overTcp })).outcome).toBe(OUTCOME.reply);
  expect((await outcomeOf(truncated, check)).outcome).toBe(OUTCOME.mismatch);
});

it('a truncated answer that is repeated opens no further connection', async () => {
  let connections = 0;
  const truncated = (query: Buffer): Buffer[] => Array<Buffer>(20).fill(answerTo(query, [], { truncated: true }));
  const silent = (): null => {
    connections++;
    return null;
  };
  expect((await outcomeOf(truncated, {}, { overTcp: silent, timeoutMs: 500 })).outcome).toBe(OUTCOME.timeout);
  expect(connections).toBe(1);
});

it('an address that the kernel refuses to send to is not sent, and never the end of the agent', async () => {
  const executor = unwatchedExecutor('dns', queryDns);
  // As an IPv6 address on a machine without IPv6: connect(2) itself fails.
  expect((await probeSlice(executor, ['255.255.255.255'], CHECK)).outcomes).toEqual([OUTCOME.not_sent]);
});

it('a closed port is refused, and silence a timeout', async () => {
  expect((await outcomeOf(() => [], {}, { timeoutMs: 200 })).outcome).toBe(OUTCOME.timeout);
  const server = createServer().listen(0, HOST);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const executor = unwatchedExecutor('dns', queryDns);
  expect((await probeSlice(executor, [HOST], { ...CHECK, port })).outcomes).toEqual([OUTCOME.refused]);
  server.close();
});
