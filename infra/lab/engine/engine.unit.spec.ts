import { describe, expect, it } from 'vitest';
import { addressBytes } from './address.mjs';
import { checksumOf, pseudoHeaderSum } from './checksum.mjs';
import type { Engine } from './engine.mjs';
import { echo, engineWith, far, inRegion, near, only, sourceOf, syn, udp, vantage, world } from './packets.test-data';

describe('a packet to a target', () => {
  it('as an echo request gets its reply from the target, with the same data, right checksums, after the time of the path', () => {
    const { bytes, dueMs } = only(engineWith().receive(echo(far.ip), 1_000));
    expect(sourceOf(bytes)).toBe(far.ip);
    expect([...bytes.subarray(16, 20)].join('.')).toBe(vantage.ip);
    expect(bytes.subarray(20).toString('hex')).toMatch(/^0000....12340001deadbeef$/);
    expect(checksumOf(bytes, 0, 20)).toBe(0);
    expect(checksumOf(bytes, 20, bytes.length)).toBe(0);
    expect(dueMs - 1_000).toBeGreaterThan(2 * world.distanceMs('eu-west', 'us-west'));
    expect(dueMs - 1_000).toBeLessThan(2 * world.distanceMs('eu-west', 'us-west') + 5);
  });

  it('over IPv6 too, with the checksum over its pseudo header', () => {
    const target = world.targets.find(({ ip }) => ip.includes(':'))!;
    const bytes = Buffer.alloc(52);
    bytes[0] = 0x60;
    bytes.writeUInt16BE(12, 4);
    bytes[6] = 58;
    bytes[7] = 63;
    addressBytes(vantage.ip6).copy(bytes, 8);
    addressBytes(target.ip).copy(bytes, 24);
    bytes[40] = 128;
    const reply = only(engineWith().receive(bytes, 0)).bytes;
    expect(reply.subarray(8, 24)).toEqual(addressBytes(target.ip));
    expect(reply[40]).toBe(129);
    expect(checksumOf(reply, 40, 52, pseudoHeaderSum(reply.subarray(8, 40), 58, 12))).toBe(0);
    bytes[7] = 1;
    expect(only(engineWith().receive(bytes, 0)).bytes[40]).toBe(3);
  });

  it('as UDP gets "port unreachable" with the packet quoted', () => {
    const { bytes } = only(engineWith().receive(udp(near.ip), 0));
    expect([bytes[20], bytes[21]]).toEqual([3, 3]);
    expect(bytes.subarray(28)).toEqual(udp(near.ip));
  });

  it('as a TCP SYN gets SYN-ACK, RST or nothing, by role and port', () => {
    const flags = (to: string, port: number) => engineWith().receive(syn(to, port), 0)[0]?.bytes[33];
    expect(flags(near.ip, 443)).toBe(0x12);
    expect(flags(near.ip, 23)).toBe(0x14);
    expect(flags(inRegion('eu-west', 'db').ip, 5_432)).toBeUndefined();
  });

  it('gets nothing when it is malformed, not of a vantage point, or not to a target', () => {
    const engine = engineWith();
    const good = echo(near.ip);
    for (let size = 0; size < 28; size++) expect(engine.receive(good.subarray(0, size), 0)).toEqual([]);
    expect(engine.receive(echo(near.ip, 63, '100.127.99.2'), 0)).toEqual([]);
    expect(engine.receive(echo('198.19.255.254'), 0)).toEqual([]);
    expect(engine.counts).toMatchObject({ answered: 0, unknown: 30 });
  });
});

describe('a fault', () => {
  const count = (engine: Engine, to = near.ip, timeMs = 0) =>
    Array.from({ length: 1_000 }, () => engine.receive(echo(to), timeMs)).flat();

  it('is active from its start up to its end, for what it selects', () => {
    const engine = engineWith({ at: 10, for: 5, targets: { region: 'us-west' }, agents: { agent: vantage.name } });
    const answers = [9_999, 10_000, 14_999, 15_000].map((timeMs) => engine.receive(echo(far.ip), timeMs).length);
    expect(answers).toEqual([1, 0, 0, 1]);
    expect(engine.receive(echo(near.ip), 12_000)).toHaveLength(1);
    expect(engine.receive(echo(far.ip, 63, world.vantages[1]!.ip), 12_000)).toHaveLength(1);
  });

  it('is never active before the timeline begins', () => {
    const engine = engineWith({});
    engine.originMs = Infinity;
    expect(engine.receive(echo(far.ip), 1)).toHaveLength(1);
  });

  it('loses, doubles, delays and reorders shares of the replies', () => {
    expect(count(engineWith({ fault: 'loss', percent: 30 })).length).toBeGreaterThan(620);
    expect(count(engineWith({ fault: 'loss', percent: 30 })).length).toBeLessThan(780);
    expect(count(engineWith({ fault: 'duplicate', percent: 10 })).length).toBeGreaterThan(1_050);
    const usual = count(engineWith())[0]!.dueMs;
    expect(
      count(engineWith({ fault: 'delay', ms: 40 })).every(({ dueMs }) => Math.abs(dueMs - usual - 40) < 1e-6),
    ).toBe(true);
    const held = count(engineWith({ fault: 'reorder', percent: 20, ms: 50 })).filter(({ dueMs }) => dueMs > usual + 49);
    expect(held.length).toBeGreaterThan(120);
    expect(held.length).toBeLessThan(290);
    expect(new Set(count(engineWith({ fault: 'jitter', ms: 9 })).map(({ dueMs }) => dueMs)).size).toBeGreaterThan(900);
  });

  it('replies from another address, flaps, and limits the replies of a target', () => {
    expect(
      sourceOf(only(engineWith({ fault: 'other-address', percent: 100 }).receive(echo(near.ip), 0)).bytes),
    ).not.toBe(near.ip);
    const flapping = engineWith({ fault: 'flapping', downS: 2, upS: 3 });
    const answers = [0, 1_999, 2_000, 4_999, 5_000, 7_000].map(
      (timeMs) => flapping.receive(echo(near.ip), timeMs).length,
    );
    expect(answers).toEqual([0, 0, 1, 1, 0, 1]);
    expect(count(engineWith({ fault: 'rate-limit', perSecond: 10 }))).toHaveLength(10);
  });

  it('opens a port, cuts an uplink', () => {
    const { ip } = inRegion('eu-west', 'db');
    const fault = { fault: 'port', port: 5_432, state: 'open', targets: { role: 'db' } } as const;
    expect(engineWith(fault).receive(syn(ip, 5_432), 0)[0]?.bytes[33]).toBe(0x12);
    const cut = engineWith({ fault: 'uplink-down', agents: { agent: vantage.name } });
    expect(cut.receive(echo(near.ip), 0)).toEqual([]);
    expect(cut.receive(echo(near.ip, 63, world.vantages[1]!.ip), 0)).toHaveLength(1);
  });

  it('withdraws an anycast target in a region: the next nearest serves it, later', () => {
    const { ip } = world.targets.find(({ role }) => role === 'anycast')!;
    const withdrawn = { fault: 'withdrawn', targets: { role: 'anycast', region: 'eu-west' } } as const;
    const [usual, moved] = [engineWith(), engineWith(withdrawn)].map((each) => only(each.receive(echo(ip), 0)).dueMs);
    expect(usual).toBeLessThan(5);
    expect(moved! - usual!).toBeGreaterThan(20);
    const blackholed = engineWith({ targets: { role: 'anycast', region: 'eu-west' } });
    expect(blackholed.receive(echo(ip), 0)).toEqual([]);
    expect(blackholed.receive(echo(ip, 63, world.vantages[4]!.ip), 0)).toHaveLength(1);
    const all = engineWith({ fault: 'withdrawn', targets: { role: 'anycast' } });
    expect(all.receive(echo(ip), 0)).toEqual([]);
  });
});

it('the same seed, packets and times give the same replies', () => {
  const run = () => {
    const engine = engineWith({ fault: 'loss', percent: 20 }, { fault: 'jitter', ms: 20 });
    return Array.from({ length: 200 }, (_, n) => engine.receive(echo(near.ip), n)).flat();
  };
  expect(run()).toEqual(run());
});
