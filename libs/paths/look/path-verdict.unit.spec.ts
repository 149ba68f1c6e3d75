import '@angular/compiler';
import { mtrTable } from '@icmp-mon/paths/contract';
import { describe, expect, it } from 'vitest';
import { boxOf } from './path-box';
import { verdictOf } from './path-verdict';
import { foldAgents } from './fold-agents';
import { ended, manyAgents, shown, TARGET, traceOver } from './path.test-data';
import { type ShownPath, shortAddress, withHosts } from './shown-path';

const CORE = ['192.0.2.1', '192.0.2.2'];

describe('the verdict about paths', () => {
  it('names the place, and how many agents speak for and against it', () => {
    const lost = Array.from({ length: 7 }, (_, at) => ended(`lost-${at}`, [`203.0.113.${at}`, '192.0.2.1'], false));
    const well = Array.from({ length: 2 }, (_, at) => ended(`well-${at}`, [`203.0.113.${50 + at}`, '192.0.2.1']));
    const path = shown(...lost, ...well);
    const place = { ...path.breaks.breaks[0], node: '192.0.2.1', against: well.map(({ agentId }) => agentId) };
    const stated: ShownPath = {
      ...path,
      breaks: { ...path.breaks, breaks: [place as ShownPath['breaks']['breaks'][0]] },
    };
    const { state, headline, evidence } = verdictOf(stated);
    expect(state).toBe('broken');
    expect(headline).toBe('7 of 9 agents on this way lose everything at or behind 192.0.2.1; 2 pass it well.');
    expect(evidence).toEqual(['Against it: well-0, well-1.']);
  });

  it('names several places, and adds the evidence for each', () => {
    const one = (name: string, hop: string, reached: boolean) => ended(name, ['203.0.113.9', hop, `${hop}9`], reached);
    const path = shown(one('a', '192.0.2.1', false), one('b', '192.0.2.1', false), one('c', '192.0.2.2', true));
    const [first] = path.breaks.breaks;
    const breaks = [first, { ...first, node: '192.0.2.2', agents: ['id of c'] }];
    const { headline, evidence } = verdictOf({ ...path, breaks: { ...path.breaks, breaks } });
    expect(headline).toMatch(
      /^3 of 3 agents lose packets, at 2 places: \S+ \(2 agents\) and 192\.0\.2\.2 \(1 agent\)\.$/,
    );
    expect(evidence).toHaveLength(2);
  });

  it('names the agents of places that one agent passes, and the first places of many', () => {
    const path = shown(
      ...['a', 'b', 'c', 'd', 'e'].map((name, at) => ended(name, [`203.0.113.${at}`, `192.0.2.${at}`], false)),
    );
    const [first] = path.breaks.breaks;
    const breaks = path.agents.map(({ agentId }, at) => ({
      ...first,
      node: `192.0.2.${at}`,
      agents: [agentId],
      against: [],
    }));
    const { evidence } = verdictOf({ ...path, breaks: { ...path.breaks, breaks } });
    expect(evidence).toHaveLength(4);
    expect(evidence[0]).toBe('a, the only agent on this way, loses everything at or behind 192.0.2.0.');
    expect(evidence[3]).toBe('2 more places are marked in the graph.');
  });

  it('states that agents on other ways lose nothing', () => {
    const path = shown(ended('a', CORE, false), ended('b', CORE, false), ended('c', ['203.0.113.5', '203.0.113.6']));
    const stated = { ...path.breaks.breaks[0], against: [] };
    const { evidence } = verdictOf({ ...path, breaks: { ...path.breaks, breaks: [stated] } });
    expect(evidence).toEqual(['1 agent on other ways: nothing is lost.']);
  });

  it('names a target that does not answer, of one and of all agents', () => {
    expect(verdictOf(shown(ended('one', CORE, false))).headline).toMatch(
      /^The only agent on this way loses everything /,
    );
    const all = verdictOf(shown(ended('one', CORE, false), ended('two', CORE, false)));
    expect(all.headline).toMatch(/^All 2 agents on this way lose everything /);
  });

  it('does not speak for agents without a trace, and names them', () => {
    const without = { ...ended('refused', CORE), trace: null };
    expect(verdictOf(shown(ended('one', CORE), ended('two', CORE), without))).toEqual({
      ...{ state: 'good', headline: `Nothing is lost on the way from all 2 agents to ${TARGET}.` },
      evidence: ['No trace from refused: the answers state why.'],
    });
    expect(verdictOf(shown(without))).toEqual({
      ...{ state: 'none', headline: 'No trace from refused: the answers state why.', evidence: [] },
    });
  });

  it('states that nothing is lost', () => {
    expect(verdictOf(shown(ended('one', CORE))).headline).toBe(
      `Nothing is lost on the way from the agent to ${TARGET}.`,
    );
    expect(verdictOf(shown(ended('one', CORE), ended('two', CORE)))).toEqual({
      ...{ state: 'good', headline: `Nothing is lost on the way from all 2 agents to ${TARGET}.`, evidence: [] },
    });
  });

  it('does not take an agent without any answer as evidence', () => {
    const { state, headline } = verdictOf(shown(ended('one', [], false)));
    expect(state).toBe('none');
    expect(headline).toMatch(/^No evidence from one: nothing answered/);
  });

  it('states a share of loss, and loss that no hop explains', () => {
    const path = shown(ended('one', CORE), ended('two', CORE));
    const onset = (lossPercent: number) => ({ hop: 2, lossPercent, rounds: 3, terminal: false });
    const agents = path.agents.map((agent, at) => ({ ...agent, onset: onset(at === 0 ? 20 : 35) }));
    const unexplained = agents.map(({ agentId }) => agentId);
    expect(verdictOf({ ...path, agents, breaks: { ...path.breaks, unexplained } })).toEqual({
      state: 'unclear',
      headline: 'one, two lose 20 to 35 % of the packets, at no hop that explains it.',
      evidence: [],
    });
  });
});

describe('a box of the graph', () => {
  const boxes = (path: ShownPath) =>
    foldAgents({ nodes: [...path.nodes], edges: [...path.edges], loops: [...path.loops] }, new Set()).nodes.map(
      (node) => ({
        ...{ id: node.id, ...boxOf(path, node) },
      }),
    );

  it('shows own answers only where some are missing, and loss only where there is some', () => {
    const trace = traceOver(CORE);
    const limited = {
      ...trace,
      rounds: trace.rounds.map((round, at) => (at < 9 ? [round[0], 'lost' as const, round[2]] : round)),
    };
    const all = boxes(shown({ ...ended('one', CORE), trace: limited }));
    expect(all.find(({ id }) => id === '192.0.2.2')).toMatchObject({ own: 'answers 10 %', loss: '', rtt: '2.00 ms' });
    expect(all.find(({ id }) => id === '192.0.2.1')).toMatchObject({ own: '', loss: '' });
  });

  it('marks the place of the break, and the silence behind it', () => {
    const all = boxes(shown(ended('one', CORE, false)));
    expect(all.filter(({ isBreak }) => isBreak)).toHaveLength(1);
    expect(all.find(({ id }) => id.startsWith('gap'))).toMatchObject({ title: 'no answer', second: 'from here on' });
    expect(all.find(({ id }) => id === TARGET)).toMatchObject({ loss: '100 % loss' });
  });

  it('marks the silence in which a router is that earlier traces have', () => {
    const path = shown(ended('one', CORE, false));
    const breaks = [{ ...path.breaks.breaks[0], node: '203.0.113.5' }];
    const all = boxes({ ...path, breaks: { ...path.breaks, breaks } });
    expect(all.filter(({ isBreak }) => isBreak).map(({ title }) => title)).toEqual(['no answer']);
  });

  it('names the agent of a loop', () => {
    const all = boxes(shown(ended('one', ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.3'])));
    const loop = all.find(({ id }) => id === '192.0.2.1');
    expect(loop?.isLoop).toBe(true);
    expect(loop?.facts[0].text).toBe('The path of one passes it again.');
  });

  it('names the agents of a group, and how many hops it contains', () => {
    const group = boxes(manyAgents(100)).find(({ id }) => id.startsWith('group'));
    expect(group).toMatchObject({ title: '35 agents', second: expect.stringMatching(/^agent-0, .+ and 27 more$/) });
    expect(group?.facts).toContainEqual({ name: 'Hops inside', text: '42' });
  });

  it('shortens a long address in the middle', () => {
    expect(shortAddress('2001:db8:1234:5678:9abc:def0:1234:5678')).toBe('2001:db8:…34:5678');
    expect(shortAddress('255.255.255.255')).toBe('255.255.255.255');
  });
});

describe('the table of mtr', () => {
  it('has names and networks in front of the addresses', () => {
    const trace = withHosts(
      traceOver(CORE),
      { '192.0.2.1': 'gw.example.net', [TARGET]: 'www.example.net' },
      { '192.0.2.1': { asn: 64500, name: 'EXAMPLE' }, '192.0.2.2': { asn: 64501, name: '' } },
    );
    const hosts = mtrTable(trace, 'fra-01').split('\n').slice(2);
    expect(
      hosts.map((line) =>
        line
          .slice(8, 50)
          .trim()
          .replace(/ +0\.0%.*/, ''),
      ),
    ).toEqual(['AS64500 gw.example.net (192.0.2.1)', 'AS64501 192.0.2.2', `www.example.net (${TARGET})`]);
  });
});
