import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { columnsOf, mergePaths, type AgentPath, type PathGraph } from './merge-paths';
import { isSiteAddress, nodeOf, prefixOf } from './path-node';
import { drawn, repeated, TARGET } from './traces.test-data';

const path = (agent: string, site: string, ...lines: string[]): AgentPath => ({
  agent,
  site,
  trace: drawn(...lines),
  ended: true,
});
const merged = (...paths: AgentPath[]) => mergePaths(paths, TARGET);
const edges = ({ edges: all }: PathGraph) => all.map(({ from, to }) => `${from} → ${to}`);
const columns = (graph: PathGraph) => Object.fromEntries(columnsOf(graph));

describe('the merged graph', () => {
  it('has one node for a global address, seen by any agent, in a column by distance from the target', () => {
    const graph = merged(path('one', 'fra', 'a c T'), path('two', 'lon', 'b d c T'));
    expect(columns(graph)).toEqual({
      ...{ [TARGET]: 0, '192.0.2.99': 1, '192.0.2.97': 2, '192.0.2.100': 2, '192.0.2.98': 3 },
      ...{ 'agent one': 3, 'agent two': 4 },
    });
    expect(graph.nodes.find(({ id }) => id === '192.0.2.99')?.agents).toEqual(['one', 'two']);
    expect(graph.edges.find(({ from }) => from === '192.0.2.99')).toMatchObject({
      to: TARGET,
      agents: ['one', 'two'],
      rounds: 2,
    });
  });

  it('has one gap before a target with a private address, from any site', () => {
    const target = '10.9.9.9';
    const paths = [path('one', 'fra', `c - ${target}`), path('two', 'lon', `c - ${target}`)];
    const graph = mergePaths(
      paths.map((each) => ({ ...each, trace: { ...each.trace, target } })),
      target,
    );
    expect(graph.nodes.filter(({ kind }) => kind === 'gap').map(({ agents }) => agents)).toEqual([['one', 'two']]);
  });

  it.each(['10.0.0.1', '172.31.0.1', '192.168.0.1', '100.64.0.1', '169.254.0.1', 'fd00::1', 'fe80::1'])(
    'has one node per site for the private address %s',
    (address) => {
      const graph = merged(
        path('one', 'fra', `${address} T`),
        path('two', 'lon', `${address} T`),
        path('three', 'lon', `${address} T`),
      );
      expect(graph.nodes.filter((node) => node.address === address).map(({ id, agents }) => [id, agents])).toEqual([
        [`${address}@fra`, ['one']],
        [`${address}@lon`, ['two', 'three']],
      ]);
    },
  );

  it('has one gap for a silent run between the same neighbours and of the same length', () => {
    const graph = merged(
      path('one', 'fra', 'a - - c T'),
      path('two', 'lon', 'a - - c T'),
      path('three', 'rom', 'a - c T'),
    );
    expect(graph.nodes.filter(({ kind }) => kind === 'gap').map(({ gapHops, agents }) => [gapHops, agents])).toEqual([
      [2, ['one', 'two']],
      [1, ['three']],
    ]);
  });

  it('leads over a gap of unknown length to a target that is silent', () => {
    const graph = merged(path('one', 'fra', 'a b - - -'));
    expect(edges(graph)).toEqual([
      'agent one → 192.0.2.97',
      '192.0.2.97 → 192.0.2.98',
      `192.0.2.98 → gap 192.0.2.98 > ${TARGET} (0)`,
      `gap 192.0.2.98 > ${TARGET} (0) → ${TARGET}`,
    ]);
    expect(columns(graph)['192.0.2.98']).toBe(2);
    expect(edges(merged(path('one', 'fra', '- - -')))).toEqual([
      `agent one → gap agent one > ${TARGET} (0)`,
      `gap agent one > ${TARGET} (0) → ${TARGET}`,
    ]);
  });

  it.each([2, 4, 16])('shows a diamond of %i branches, of which 8 flows are kept', (branches) => {
    const rounds = Array.from({ length: 16 }, (_, at) => `a 203.0.113.${at % branches} z T`);
    const graph = merged(path('one', 'fra', ...rounds));
    expect(graph.edges.filter(({ from }) => from === '192.0.2.97')).toHaveLength(Math.min(branches, 8));
  });

  it('marks a loop, and no loop where a router answers for the target', () => {
    expect(merged(path('one', 'fra', 'a b c b c b')).loops).toEqual([
      { agent: 'one', nodes: ['192.0.2.98', '192.0.2.99', '192.0.2.98'] },
    ]);
    expect(merged(path('one', 'fra', 'a b b b'), path('two', 'fra', 'a a b T')).loops).toEqual([]);
  });

  it('places no node before its distance is known, and moves none afterwards', () => {
    const running = { ...path('one', 'fra', 'a b ?'), ended: false };
    const first = mergePaths([running], TARGET);
    expect(columns(first)).toEqual({ [TARGET]: 0 });
    const second = mergePaths([{ ...path('one', 'fra', 'a b T', 'a ?'), ended: false }], TARGET, columnsOf(first));
    expect(columns(second)['192.0.2.97']).toBe(2);
    const third = mergePaths(
      [path('one', 'fra', 'a b T', 'a d e b T'), path('two', 'lon', 'g a b c T')],
      TARGET,
      columnsOf(second),
    );
    for (const [id, column] of columnsOf(second)) expect(columns(third)[id]).toBe(column);
    expect(columns(third)['192.0.2.103']).toBe(4);
  });

  const line = fc.array(fc.constantFrom('a', 'b', 'c', '10.0.0.1', '10.0.0.2', '-', 'T'), {
    minLength: 1,
    maxLength: 7,
  });
  const agents = fc.array(fc.tuple(fc.constantFrom('fra', 'lon'), fc.array(line, { minLength: 1, maxLength: 5 })), {
    maxLength: 6,
  });

  it('does not depend on the order of the agents, and joins each agent with the target', () => {
    fc.assert(
      fc.property(agents, (given) => {
        const paths = given.map(([site, lines], at) =>
          path(`agent-${at}`, site, ...lines.map((words) => words.join(' '))),
        );
        const [one, other] = [merged(...paths), merged(...paths.toReversed())];
        expect(edges(other).sort()).toEqual(edges(one).sort());
        expect(columns(other)).toEqual(columns(one));
        for (const { agent } of paths) expect(reaches(one, `agent ${agent}`, TARGET)).toBe(true);
        const known = new Set(one.nodes.map(({ id }) => id));
        for (const { from, to } of one.edges) expect([known.has(from), known.has(to)]).toEqual([true, true]);
      }),
    );
  });
});

function reaches({ edges: all }: PathGraph, from: string, to: string): boolean {
  const seen = new Set([from]);
  for (const at of seen) for (const edge of all) if (edge.from === at) seen.add(edge.to);
  return seen.has(to);
}

describe('an address', () => {
  it('is global unless its range is used at many sites', () => {
    const globals = ['11.0.0.1', '172.32.0.1', '192.169.0.1', '100.128.0.1', '198.18.0.1', '2001:db8::1', 'ff02::1'];
    expect(globals.filter(isSiteAddress)).toEqual([]);
    expect(['192.0.1.1', '191.255.255.255', '239.255.255.255', 'fe00::1'].filter(isSiteAddress)).toEqual([]);
    const ofSites = ['192.0.0.1', '240.0.0.1', '241.0.12.64', '255.255.255.254', 'fec0::1', 'fe80::1', 'fd00::1'];
    expect(ofSites.filter((address) => !isSiteAddress(address))).toEqual([]);
    expect(nodeOf('2001:db8::1', { site: 'fra', target: TARGET })).toBe('2001:db8::1');
    expect(nodeOf('fd12:1::1', { site: 'fra', target: TARGET })).toBe('fd12:1::1@fra');
  });

  it('belongs to a /24 or a /48', () => {
    expect(['192.0.2.77', '2001:db8:1:2::3', '2001:db8::3', '::1', '1:2:3:4:5:6:7:8'].map(prefixOf)).toEqual([
      ...['192.0.2.0/24', '2001:db8:1::/48', '2001:db8:0::/48', '0:0:0::/48', '1:2:3::/48'],
    ]);
  });

  it('of a trace without rounds adds only its agent', () => {
    expect(merged({ ...path('one', 'fra'), trace: repeated('a', 0) }).edges).toEqual([]);
  });
});
