import { describe, expect, it } from 'vitest';
import type { Engine } from './engine.mjs';
import type { Fault } from './faults.mjs';
import { echo, engineWith, far, near, only, sourceOf, udp, world } from './packets.test-data';

describe('a path', () => {
  const hops = (engine: Engine, make: (ttl: number) => Buffer) => {
    const found: string[] = [];
    for (let ttl = 1; ttl < 30; ttl++) {
      const { bytes } = only(engine.receive(make(ttl), 0));
      found.push(sourceOf(bytes));
      if (bytes[20] !== 11) return found;
    }
    return found;
  };

  it('answers traceroute: each router in order, then the target', () => {
    const path = hops(engineWith(), (ttl) => echo(far.ip, ttl));
    expect(path.at(-1)).toBe(far.ip);
    expect(path.at(-2)).toBe(world.targets.find(({ site, role }) => site === far.site && role === 'core')?.ip);
    expect(new Set(path).size).toBe(path.length);
    expect(path.length).toBeGreaterThanOrEqual(5);
    expect(hops(engineWith(), (ttl) => echo(near.ip, ttl)).length).toBeLessThan(path.length);
  });

  it('uses one of two equal routers per flow', () => {
    const paths = Array.from({ length: 32 }, (_, n) =>
      hops(engineWith(), (ttl) => udp(far.ip, ttl, 40_000 + n)).join(' '),
    );
    expect(new Set(paths).size).toBe(2);
  });

  it('has one more router and takes longer during a path change', () => {
    const fault = { fault: 'path-change', ms: 30 } as const;
    expect(hops(engineWith(fault), (ttl) => echo(far.ip, ttl)).length).toBe(
      hops(engineWith(), (ttl) => echo(far.ip, ttl)).length + 1,
    );
    const [changed, usual] = [engineWith(fault), engineWith()].map((each) => only(each.receive(echo(far.ip), 0)).dueMs);
    expect(changed! - usual!).toBeCloseTo(30);
  });

  it('ends before a router that is down; equal routers take over after some seconds', () => {
    const fault = { fault: 'router-down', routers: ['bb1.*'] } satisfies Partial<Fault>;
    const flows = Array.from({ length: 32 }, (_, n) => udp(far.ip, 63, 41_000 + n));
    const answered = (timeMs: number) =>
      flows.filter((each) => engineWith(fault).receive(each, timeMs).length > 0).length;
    expect(answered(1_000)).toBeGreaterThan(0);
    expect(answered(1_000)).toBeLessThan(32);
    expect(answered(11_000)).toBe(32);
    const core = engineWith({ fault: 'router-down', routers: ['core.us-west'] });
    expect(core.receive(echo(far.ip), 0)).toEqual([]);
    expect(core.receive(echo(far.ip, 1), 0)).toHaveLength(1);
  });

  it('limits the ICMP errors of a router', () => {
    const engine = engineWith({ fault: 'router-rate-limit', routers: ['edge.*'], perSecond: 5 });
    const answers = Array.from({ length: 20 }, () => engine.receive(echo(far.ip, 1), 500).length);
    expect(answers.filter((count) => count > 0)).toHaveLength(5);
    expect(engine.receive(echo(far.ip, 1), 1_500)).toHaveLength(1);
  });
});
