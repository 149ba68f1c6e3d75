import type { DatedFact } from '@icmp-mon/assignment/contract';
import { OUTCOME, type PastResults } from '@icmp-mon/probing/contract';
import { agentIdOf, policyFact, START_MS, targetFact } from '@icmp-mon/shard/engine/testing';
import { describe, expect, it } from 'vitest';
import { rejudge } from './rejudge';

const KEY = 1;
const AGENTS = [1, 2, 3].map(agentIdOf);
const at = (second: number): number => START_MS + second * 1_000;

function factsAt(second: number, selected: readonly string[]): DatedFact[] {
  const agents = selected.map((agentId): DatedFact => {
    const fact = { kind: 'agent', agentId, name: agentId, region: 'r', provider: 'p', state: 'active' } as const;
    return { atMs: at(second), fact };
  });
  return [...agents, { atMs: at(second), fact: targetFact(KEY, 'fast', selected) }];
}

const POLICY: DatedFact = { atMs: START_MS, fact: policyFact('fast', 5_000) };

/** Results every 5 s; `outcomeOf` returns null where an agent has none. */
function resultsOf(seconds: number, outcomeOf: (agent: number, second: number) => number | null): PastResults {
  const rows: { agent: number; sampleMs: number; outcome: number }[] = [];
  for (let second = 0; second < seconds; second += 5)
    for (const agent of AGENTS.keys()) {
      const outcome = outcomeOf(agent, second);
      if (outcome !== null) rows.push({ agent, sampleMs: at(second) + agent * 100, outcome });
    }
  return {
    ...{ count: rows.length, agentIds: AGENTS, agent: Uint16Array.from(rows, ({ agent }) => agent) },
    ...{ check: Uint16Array.from(rows, () => 1), sampleMs: Float64Array.from(rows, ({ sampleMs }) => sampleMs) },
    ...{ outcome: Uint8Array.from(rows, ({ outcome }) => outcome), rttUs: Uint32Array.from(rows, () => 9_000) },
    details: new Map(),
  };
}

function judged(facts: readonly DatedFact[], results: PastResults, endS: number, everReplied = true): string[] {
  const past = { shard: 0, targetKey: KEY, facts, results, startMs: at(0), endMs: at(endS), everReplied };
  return rejudge(past).map(
    ({ fromMs, toMs, status, reason }) => `${(fromMs - at(0)) / 1_000}-${(toMs - at(0)) / 1_000} ${status} ${reason}`,
  );
}

describe('stored results, judged again', () => {
  const { reply, timeout } = OUTCOME;

  it('need the quorum of the agents of that time', () => {
    const down = (agents: number): PastResults =>
      resultsOf(60, (agent, second) => (second >= 20 && second < 40 && agent < agents ? timeout : reply));
    const facts = [POLICY, ...factsAt(0, AGENTS)];
    expect(judged(facts, down(1), 60)).toEqual(['0-0.1 unknown warming', '0.1-60 up quorum_up']);
    expect(judged(facts, down(2), 60)).toEqual([
      '0-0.1 unknown warming',
      '0.1-25.1 up quorum_up',
      '25.1-40 down quorum_down',
      '40-60 up quorum_up',
    ]);
  });

  it('are unknown where no agent measured', () => {
    const gap = resultsOf(60, (agent, second) => (agent > 0 || (second >= 10 && second < 45) ? null : reply));
    expect(judged([POLICY, ...factsAt(0, [AGENTS[0]])], gap, 60)).toEqual([
      '0-22 up quorum_up',
      '22-45 unknown no_fresh_data',
      '45-60 up quorum_up',
    ]);
  });

  it('follow changes of the agents, and end with the target', () => {
    const results = resultsOf(90, (agent) => (agent === 0 ? reply : timeout));
    const facts: DatedFact[] = [
      ...[POLICY, ...factsAt(0, [AGENTS[0]]), ...factsAt(30, [AGENTS[1]])],
      { atMs: at(60), fact: { kind: 'target-removed', targetKey: KEY } },
    ];
    const all = judged(facts, results, 90);
    expect(all.map((line) => line.split(' ')[1])).toEqual(['up', 'down']);
    expect(all.at(-1)).toMatch(/-60 down quorum_down$/);
  });

  it('are never down before the first reply', () => {
    const results = resultsOf(30, () => timeout);
    const facts = [POLICY, ...factsAt(0, AGENTS)];
    expect(judged(facts, results, 30, false).at(-1)).toContain('unknown never_answered');
    expect(judged(facts, results, 30, true).at(-1)).toContain('down quorum_down');
  });

  it('give nothing without facts', () => {
    expect(
      judged(
        [],
        resultsOf(30, () => reply),
        30,
      ),
    ).toEqual([]);
  });
});
