import { describe, expect, it } from 'vitest';
import { Engine } from './engine.mjs';
import { type Fault, ResolvedFault } from './faults.mjs';
import { echo, engineWith, far, only, sourceOf, vantage } from './packets.test-data';
import { DEFAULT_WORLD } from './world-plan.mjs';
import { World } from './world.mjs';

const HOPS = 30;
const ROUNDS = 400;

/** Sources of the answers by hop limit; null where there is none. */
const trace = (engine: Engine) =>
  Array.from({ length: HOPS }, (_, at) => {
    const [reply] = engine.receive(echo(far.ip, at + 1), at * 1_000);
    return reply === undefined ? null : sourceOf(reply.bytes);
  });

/** Share of answered probes by hop limit. */
const answered = (engine: Engine, hops: number) =>
  Array.from({ length: hops }, (_, at) => {
    let count = 0;
    for (let round = 0; round < ROUNDS; round++) count += engine.receive(echo(far.ip, at + 1), round * 100).length;
    return count / ROUNDS;
  });

describe('a fault of a router', () => {
  const usual = trace(engineWith());
  const length = usual.indexOf(far.ip) + 1;
  const coreAt = length - 3;

  it('loses a share of the packets to the router and through it', () => {
    const shares = answered(engineWith({ fault: 'router-loss', routers: ['core.us-west'], percent: 30 }), length);
    for (const [at, share] of shares.entries()) {
      if (at < coreAt) expect(share).toBe(1);
      else expect(Math.abs(share - 0.7)).toBeLessThan(0.1);
    }
  });

  it('leaves a share of its own answers, and forwards everything', () => {
    const shares = answered(engineWith({ fault: 'router-answers', routers: ['core.us-west'], percent: 10 }), length);
    expect(shares[coreAt]).toBeGreaterThan(0.03);
    expect(shares[coreAt]).toBeLessThan(0.2);
    expect(shares.filter((share) => share === 1)).toHaveLength(length - 1);
  });

  it('sends packets back to the router before and receives them again', () => {
    const looped = trace(engineWith({ fault: 'router-loop', routers: ['core.us-west'] }));
    expect(looped.slice(0, coreAt + 1)).toEqual(usual.slice(0, coreAt + 1));
    expect(looped.slice(coreAt + 1, coreAt + 3)).toEqual([usual[coreAt - 1], usual[coreAt]]);
    expect(looped).not.toContain(far.ip);
  });
});

describe('a world', () => {
  const engineOf = (plan: object, faults: Fault[] = []) => {
    const world = new World({ ...DEFAULT_WORLD, targets: 240, jitterMs: 0, ...plan });
    const engine = new Engine(
      world,
      faults.map((each) => new ResolvedFault(each, world)),
      1,
    );
    return { world, engine };
  };
  const echoOf = (to: string, ttl: number, sequence: number) => {
    const packet = echo(to, ttl);
    packet.writeUInt16BE(sequence, 26);
    return packet;
  };

  it.each([2, 4, 16])('has diamonds of %i, whose branches packets of a ping take in turn', (equalPaths) => {
    const { world, engine } = engineOf({ equalPaths, flowPerPacket: true });
    const target = world.targets.find(({ region, role }) => region === 'us-west' && role === 'web')!;
    const sourcesAt = (ttl: number) =>
      new Set(
        Array.from({ length: 400 }, (_, n) => sourceOf(only(engine.receive(echoOf(target.ip, ttl, n), n * 100)).bytes)),
      ).size;
    const widths = Array.from({ length: 6 }, (_, at) => sourcesAt(at + 1));
    expect(Math.max(...widths)).toBe(equalPaths);
    expect(widths.filter((width) => width > 1)).toHaveLength(1);
  });

  it('with a public core has one private address at all edges, and none elsewhere', () => {
    const { world } = engineOf({ publicCore: true });
    const addresses = world.routers.map(({ name, keys }) => [
      name.split('.')[0],
      [...keys[4]].map((byte) => byte.charCodeAt(0)).join('.'),
    ]);
    const edges = addresses.filter(([kind]) => kind === 'edge').map(([, ip]) => ip);
    expect(edges.length).toBeGreaterThan(6);
    expect(new Set(edges)).toEqual(new Set(['100.64.0.1']));
    const others = addresses.filter(([kind]) => kind !== 'edge').map(([, ip]) => ip);
    expect(new Set(others).size).toBe(others.length);
    expect(others.every((ip) => ip?.startsWith('198.1'))).toBe(true);
    expect(vantage.region).toBe('eu-west');
  });
});
