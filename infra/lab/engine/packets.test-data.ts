import { expect } from 'vitest';
import { addressBytes } from './address.mjs';
import { checksumOf } from './checksum.mjs';
import { Engine } from './engine.mjs';
import { type Fault, ResolvedFault } from './faults.mjs';
import { DEFAULT_WORLD } from './world-plan.mjs';
import { World } from './world.mjs';

const PLAN = { ...DEFAULT_WORLD, targets: 240, jitterMs: 0, ipv6Percent: 25 };
export const world = new World(PLAN);
export const [vantage] = world.vantages;
export const inRegion = (region: string, role = 'web') =>
  world.targets.find((each) => each.region === region && each.role === role && !each.ip.includes(':'))!;
export const near = inRegion('eu-west');
export const far = inRegion('us-west');

export function engineWith(...faults: Partial<Fault>[]): Engine {
  const complete = faults.map((fault) => ({ at: 0, for: 60, name: 'f', fault: 'outage', ...fault }) as Fault);
  const engine = new Engine(
    world,
    complete.map((fault) => new ResolvedFault(fault, world)),
    1,
  );
  engine.originMs = 0;
  return engine;
}

/** An IPv4 packet as the kernel of the core namespace forwards it. */
export function packet4(from: string, to: string, protocol: number, payload: Buffer, ttl = 63): Buffer {
  const header = Buffer.alloc(20);
  header[0] = 0x45;
  header.writeUInt16BE(20 + payload.length, 2);
  header[8] = ttl;
  header[9] = protocol;
  addressBytes(from).copy(header, 12);
  addressBytes(to).copy(header, 16);
  header.writeUInt16BE(checksumOf(header, 0, 20), 10);
  return Buffer.concat([header, payload]);
}

export function echo(to: string, ttl = 63, from = vantage.ip): Buffer {
  const payload = Buffer.from('0800000012340001deadbeef', 'hex');
  payload.writeUInt16BE(checksumOf(payload, 0, payload.length), 2);
  return packet4(from, to, 1, payload, ttl);
}

export function udp(to: string, ttl = 63, sourcePort = 40_000): Buffer {
  const payload = Buffer.alloc(12);
  payload.writeUInt16BE(sourcePort, 0);
  payload.writeUInt16BE(33_434, 2);
  payload.writeUInt16BE(12, 4);
  return packet4(vantage.ip, to, 17, payload, ttl);
}

export function syn(to: string, port: number): Buffer {
  const payload = Buffer.alloc(20);
  payload.writeUInt16BE(40_000, 0);
  payload.writeUInt16BE(port, 2);
  payload.writeUInt32BE(1_000, 4);
  payload[12] = 0x50;
  payload[13] = 0x02;
  return packet4(vantage.ip, to, 6, payload);
}

export const only = (replies: { dueMs: number; bytes: Buffer }[]) => {
  expect(replies).toHaveLength(1);
  return replies[0]!;
};
export const sourceOf = (bytes: Buffer) => [...bytes.subarray(12, 16)].join('.');
