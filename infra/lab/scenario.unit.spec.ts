import { describe, expect, it } from 'vitest';
import { ResolvedFault } from './engine/faults.mjs';
import { World } from './engine/world.mjs';
import { joinScenarios, parseScenario, readAll, readScenario, scenarioNames } from './scenario.mjs';
import { Truth } from './truth.mjs';

const parse = (...lines: string[]) => parseScenario(['name: mine', 'durationS: 60', ...lines].join('\n'), 'mine.yaml');

describe('a scenario', () => {
  it.each(scenarioNames())('%s, which is shipped, is valid', async (name) => {
    const scenario = await readScenario(name);
    expect(scenario.name).toBe(name);
    expect(scenario.purpose).not.toBe('');
    expect(scenario.timeline.length).toBeGreaterThan(0);
  });

  it('has the default world: 6 regions, 12 agents, 2,000 targets', async () => {
    const world = new World((await parse()).world);
    expect([world.regions.length, world.vantages.length, world.targets.length]).toEqual([6, 12, 2_000]);
    expect(new Set(world.targets.map(({ ip }) => ip)).size).toBe(2_000);
    expect(world.targets.filter(({ ip }) => ip.includes(':')).length).toBeGreaterThan(80);
  });

  it('holds 100,000 targets in its range', async () => {
    const { targets } = new World((await parse('world: { targets: 100000 }')).world);
    expect(new Set(targets.map(({ ip }) => ip)).size).toBe(100_000);
    expect(targets.every(({ ip }) => ip.includes(':') || /^198\.1[89]\.\d+\.(?!0$|255$)/.test(ip))).toBe(true);
  });

  it.each([
    [
      'timeline: [{ at: 1, for: 5, fault: outage, targets: { region: eu-wst } }]',
      'timeline[0]: eu-wst is not a region: they are eu-west',
    ],
    ['timeline: [{ at: 1, for: 5, fault: outage, targets: { site: fra } }]', 'timeline[0].targets selects no target'],
    ['timeline: [{ at: 1, for: 5, fault: outage, agents: { agent: x } }]', 'timeline[0].agents selects no agent'],
    ['timeline: [{ at: 1, for: 5, fault: router-down, routers: [core.x] }]', 'selects no router'],
    ['timeline: [{ at: 1, for: 5, fault: router-down, routers: core }]', 'must be a list of names of routers'],
    ['timeline: [{ at: 1, for: 5, fault: outge }]', 'timeline[0].fault must be one of outage, flapping'],
    ['timeline: [{ at: 1, for: 5, fault: loss }]', 'loss needs percent'],
    ['timeline: [{ at: 1, for: 5, fault: loss, percent: 101 }]', 'percent must be a number from 0 to 100'],
    ['timeline: [{ at: 1, for: 5, fault: outage, percent: 1 }]', 'outage has no percent'],
    ['timeline: [{ at: 1, for: 60, fault: outage }]', 'at + for must be at most 60'],
    ['timeline: [{ at: 1, fault: outage }]', 'timeline[0] needs for'],
    [
      'timeline: [{ at: 1, for: 5, fault: port, port: 80, state: ajar }]',
      'state must be one of open, closed, filtered',
    ],
    ['timeline: [{ at: 1, for: 5, fault: outage, targets: { role: kettle } }]', 'role must be one of core, web'],
    ['timeline: [{ at: 1, for: 5, fault: outage, targets: { range: 10.0.0.0/33 } }]', 'is not a range'],
    ['timeline: [{ at: 0, for: 60, fault: flapping, downS: 0.1, upS: 0.1 }]\ndurationS: 60', 'not valid YAML'],
    ['timeline: {}', 'timeline must be a list'],
    ['seed: one', 'seed must be a whole number'],
    ['repeat: often', 'repeat must be true or false'],
    ['world: { targets: 3 }', 'at least one per site'],
    ['world: { regions: {} }', 'at least one region'],
    ['world: { regions: { a: 1 } }', 'a name with two numbers'],
    ['world: { agentsPerRegion: 100 }', 'at most 250 agents'],
    ['world: { providers: [] }', 'world.providers must be a list'],
    ['wrold: {}', 'the scenario has no "wrold"'],
    ['- x', 'not valid YAML'],
  ])('is refused with a reason: %s', async (line, reason) => {
    await expect(parse(line)).rejects.toThrow(reason);
  });

  it('that does not exist is refused with the names of all', async () => {
    await expect(readScenario('region-cutt')).rejects.toThrow(/Scenarios: agent-uplink-down, .*region-cut/);
    await expect(parseScenario('text', 'x.yaml')).rejects.toThrow('must be a mapping');
  });
});

describe('several scenarios', () => {
  it('are played one after the other', async () => {
    const one = await parse('timeline: [{ at: 5, for: 20, name: a, fault: outage }]');
    const joined = joinScenarios([one, one]);
    expect(joined.timeline.map(({ at }) => at)).toEqual([5, 90]);
    expect(joined.parts.map(({ fromS, toS }) => [fromS, toS])).toEqual([
      [0, 60],
      [85, 145],
    ]);
    expect(joined.durationS).toBe(145);
  });

  it('are all that end', async () => {
    const { parts } = await readAll();
    expect(parts.map(({ name }) => name)).toEqual(scenarioNames().filter((name) => name !== 'living-network'));
  });
});

describe('the truth', () => {
  const linesOf = async (...lines: string[]) => {
    const { world: plan, timeline } = await parse('world: { targets: 60, anycast: 2, ipv6Percent: 0 }', ...lines);
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
