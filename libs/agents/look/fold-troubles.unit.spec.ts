// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import type { AgentTelemetry, AgentView } from '@icmp-mon/agents/contract';
import { describe, expect, it } from 'vitest';
import { foldTroubles } from './fold-troubles';

const NOW = Date.parse('2026-03-01T12:00:00.000Z');

function agent(name: string, telemetry: Partial<AgentTelemetry>, connection = 'connected'): AgentView {
  const lastSeenAt = '2026-03-01T11:58:00.000Z';
  const report = { executors: [], droppedResults: 0, spoolQuarantined: 0, notSentPerS: 0, spoolOldestS: 0 };
  const known = { ...report, clockOffsetMs: 0, policyRefusedTargets: 0, ...telemetry };
  const view = { id: name, name, state: 'active', cloneSuspectedAt: null, connection, lastSeenAt, telemetry: known };
  return view as unknown as AgentView;
}

const foreign = (count: number) => ({ unmeasuredPerS: count / 60, unmeasured: { foreign_reply: count } });
const named = (agents: AgentView[]) =>
  foldTroubles(agents, NOW).map(({ agents: of, text }) => [of.map(({ name }) => name).join(' '), text]);

describe('the problems of several agents', () => {
  it('are stated once per cause, also when their figures differ', () => {
    const agents = [
      agent('a', foreign(60)),
      agent('b', foreign(120)),
      agent('c', { droppedResults: 7 }),
      agent('d', {}),
    ];
    expect(named(agents)).toEqual([
      ['a b', 'replies come from another address than the probed one'],
      ['c', '7 results dropped: spool full'],
    ]);
  });

  it('name three of the agents that have it', () => {
    const names = (count: number) =>
      foldTroubles(
        ['a', 'b', 'c', 'd', 'e'].slice(0, count).map((name) => agent(name, foreign(1))),
        NOW,
      )[0]?.names;
    expect([1, 3, 5].map(names)).toEqual(['a', 'a, b, c', 'a, b, c and 2 more']);
  });

  it('have the figures of an agent that is alone with its problem', () => {
    expect(named([agent('a', foreign(60))])).toEqual([
      ['a', 'replies come from another address than the probed one: 1.0 probes per second without a result'],
    ]);
  });

  it('begin with agents that are lost, and leave out agents of which nothing is known', () => {
    const lost = ['x', 'y'].map((name) => agent(name, foreign(1), 'lost'));
    expect(named([agent('a', foreign(60)), ...lost, agent('z', {}, 'unknown')])).toMatchObject([
      ['x y', 'no report'],
      ['a', expect.anything() as string],
    ]);
  });

  it('distinguish a missing source address from a failed executor', () => {
    const executor = (state: 'source_missing' | 'deaf', detail: string) => ({
      executors: [{ type: 'icmp_ping', state, detail }],
    });
    const agents = [
      agent('a', executor('source_missing', 'This machine has no address 192.0.2.1. Add it.')),
      agent('b', executor('source_missing', 'This machine has no address 192.0.2.2. Add it.')),
      agent('c', executor('deaf', 'fping receives nothing. See it.')),
    ];
    expect(named(agents)).toEqual([
      ['a b', 'the machine does not have the source address of a check; only its pings have no data'],
      ['c', 'fping receives nothing'],
    ]);
  });
});
