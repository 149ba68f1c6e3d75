import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { FAULTS } from './engine/faults.mjs';
import { World } from './engine/world.mjs';
import { joinScenarios, parseScenario, readScenario, readScenarios, scenarioNames } from './scenario.mjs';

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
    ['timeline: [{ at: 1, for: 5, fault: loss-burst, percent: 5 }]', 'loss-burst needs packets'],
    [
      'timeline: [{ at: 1, for: 5, fault: loss-burst, percent: 80, packets: 3 }]',
      'percent must be at most 75: a packet is received between two bursts of 3',
    ],
    ['timeline: [{ at: 1, for: 5, fault: loss-burst, percent: 5, packets: 0.5 }]', 'packets must be a number from 1'],
    ['timeline: [{ at: 1, for: 5, fault: outage, name: 4 }]', 'timeline[0].name must be a text'],
    ['timeline: [{ at: 1, for: 5, fault: outage, targets: { ip: [1] } }]', 'timeline[0].targets.ip must be a text'],
    ['closed: { ports: [] }', 'closed.ports must be a list of at most 4 ports'],
    ['closed: { ports: [22, 22] }', 'closed.ports has a port twice'],
    ['closed: { ports: [70000] }', 'closed.ports must be a list of at most 4 ports from 1 to 65535'],
    ['closed: { ports: [22], targets: { site: fra } }', 'closed.targets selects no target'],
    ['closed: { targets: {} }', 'closed needs ports'],
  ])('is refused with a reason: %s', async (line, reason) => {
    await expect(parse(line)).rejects.toThrow(reason);
  });

  it('is refused with the lines of all its problems', async () => {
    const lines = [
      ...['timeline:', '  - at: 1', '    for: 5', '    fault: loss', '    targets:', '      region: eu-wst'],
      ...['  - { at: 1, for: 5, fault: outage, percent: 5 }', 'world:', '  targets: 100', '  tragets: 9'],
    ];
    const message = await parse(...lines).then(
      () => '',
      (error: Error) => error.message,
    );
    expect(message.split('\n').map((line) => line.trim())).toEqual([
      'mine.yaml is not a valid scenario:',
      expect.stringMatching(/^line 12: world has no "tragets"/),
      'line 4: timeline[0]: loss needs percent',
      'line 9: timeline[1]: outage has no percent',
    ]);
    const fixed = lines.filter((line) => !line.includes('tragets') && !line.includes('outage'));
    await expect(parse(...fixed.map((line) => line.replace('fault: loss', 'fault: outage')))).rejects.toThrow(
      'line 8: timeline[0]: eu-wst is not a region',
    );
    await expect(parse('timeline: [{ at: 1, for: 5, fault: outage }')).rejects.toThrow(/not valid YAML: .*line 3/);
  });

  it('that does not exist is refused with the names of all', async () => {
    await expect(readScenario('region-cutt')).rejects.toThrow(/Scenarios: agent-uplink-down, .*region-cut/);
    await expect(parseScenario('text', 'x.yaml')).rejects.toThrow('must be a mapping');
  });
});

describe('the how-to', () => {
  const text = readFileSync(new URL('../../docs/how-to/lab.md', import.meta.url), 'utf8');
  const blocks = [...text.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, block = '']) => block);

  it('has valid scenarios, with each kind of fault', async () => {
    const scenarios = await Promise.all(
      blocks.map((block) => (block.startsWith('name:') ? parseScenario(block, 'lab.md') : parse(block))),
    );
    const kinds = new Set(scenarios.flatMap(({ timeline }) => timeline.map(({ fault }) => fault)));
    expect([...kinds].sort()).toEqual(Object.keys(FAULTS).sort());
    for (const kind of kinds) expect(text).toContain(`\`${kind}\``);
  });
});

describe('several scenarios', () => {
  it('are played one after the other', async () => {
    const one = await parse('timeline: [{ at: 5, for: 20, name: a, fault: outage }]');
    const joined = joinScenarios([one, one]);
    expect(joined.timeline.map(({ at }) => at)).toEqual([5, 90]);
    expect(joined.parts.map(({ fromS }) => fromS)).toEqual([0, 85]);
    expect(joined.durationS).toBe(145);
  });

  it('are the ones with the given names', async () => {
    const { name, parts } = await readScenarios('region-cut,anycast');
    expect([name, ...parts.map((part) => part.name)]).toEqual(['region-cut+anycast', 'region-cut', 'anycast']);
    await expect(readScenarios('region-cut,living-network')).rejects.toThrow('living-network repeats until Ctrl-C');
    await expect(readScenarios('region-cut,nothing')).rejects.toThrow('nothing is not a file and not a scenario');
  });

  it('are all that end', async () => {
    const { parts } = await readScenarios('all');
    expect(parts.map(({ name }) => name)).toEqual(scenarioNames().filter((name) => name !== 'living-network'));
  });
});
