import { describe, expect, it } from 'vitest';
import { ResolvedFault } from './engine/faults.mjs';
import { World } from './engine/world.mjs';
import { parseScenario } from './scenario.mjs';
import { Truth } from './truth.mjs';

describe('the truth', () => {
  const linesOf = async (...lines: string[]) => {
    const { world: plan, timeline } = await parseScenario(
      ['name: mine', 'durationS: 60', 'world: { targets: 60, anycast: 2, ipv6Percent: 0 }', ...lines].join('\n'),
      'mine.yaml',
    );
    const world = new World(plan);
    const truth = new Truth(
      world,
      timeline.map((fault) => new ResolvedFault(fault, world)),
    );
    return { world, lines: truth.changesS.flatMap((timeS) => truth.linesAt(timeS, 0)) };
  };

  it('has each fault, and each target that it cuts off, with the agents, until it ends', async () => {
    const { world, lines } = await linesOf(
      'timeline: [{ at: 5, for: 20, name: s, fault: outage, targets: { site: eu-west-s1 } }]',
    );
    const faults = lines.filter(({ type }) => type === 'fault');
    expect(faults).toEqual([
      {
        at: '1970-01-01T00:00:05.000Z',
        type: 'fault',
        name: 's',
        fault: 'outage',
        state: 'begins',
        targets: 3,
        agents: 12,
      },
      {
        at: '1970-01-01T00:00:25.000Z',
        type: 'fault',
        name: 's',
        fault: 'outage',
        state: 'ends',
        targets: 3,
        agents: 12,
      },
    ]);
    const targets = lines.flatMap((line) => (line.type === 'target' ? [line.unreachableFrom.length] : []));
    expect(targets).toEqual([12, 12, 12, 0, 0, 0]);
    expect(world.targets.filter(({ site }) => site?.name === 'eu-west-s1')).toHaveLength(3);
  });

  it('of a region that is cut off: its own agents reach its targets', async () => {
    const { world, lines } = await linesOf(
      "timeline: [{ at: 0, for: 20, fault: router-down, routers: ['bb*.ap-east.*', 'bb*.*.ap-east'] }]",
    );
    const cut = new Map(
      lines.flatMap((line) =>
        line.type === 'target' && line.unreachableFrom.length > 0 ? [[line.ip, line.unreachableFrom]] : [],
      ),
    );
    const regionOf = (ip: string) => world.targets.find((target) => target.ip === ip)?.region;
    const inside = [...cut].find(([ip]) => regionOf(ip) === 'ap-east');
    expect(inside?.[1]).toHaveLength(10);
    expect(inside?.[1]).not.toContain('lab-ap-east-1');
    const outside = [...cut].find(([ip]) => regionOf(ip) === 'eu-west');
    expect(outside?.[1]).toEqual(['lab-ap-east-1', 'lab-ap-east-2']);
  });

  it('of equal routers: what the failed one carried comes back on the other one', async () => {
    const { lines } = await linesOf("timeline: [{ at: 0, for: 30, fault: router-down, routers: ['bb1.*'] }]");
    const counts = Map.groupBy(
      lines.filter(({ type }) => type === 'target'),
      ({ at }) => at.slice(17, 19),
    );
    expect([...counts.keys()]).toEqual(['00', '10']);
  });

  it('of an uplink: the agent, and no target', async () => {
    const { lines } = await linesOf(
      'timeline: [{ at: 1, for: 2, fault: uplink-down, agents: { agent: lab-eu-west-1 } }]',
    );
    expect(lines.filter(({ type }) => type !== 'fault')).toEqual([
      { at: '1970-01-01T00:00:01.000Z', type: 'agent', agent: 'lab-eu-west-1', connected: false },
      { at: '1970-01-01T00:00:03.000Z', type: 'agent', agent: 'lab-eu-west-1', connected: true },
    ]);
  });
});
