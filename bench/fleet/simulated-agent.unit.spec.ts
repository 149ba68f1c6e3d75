import { OUTCOME } from '@icmp-mon/probing/contract';
import { decodeBlock, frameBlock, LANE } from '@icmp-mon/probing/wire';
import { decompressBounded } from '@icmp-mon/platform/zstd';
import { describe, expect, it } from 'vitest';
import { SimulatedAgent } from './simulated-agent';
import { agentHash, Tally } from './tally';

const AGENT_ID = '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e5f';
const START_MS = 1_795_000_005_000;
const INTERVAL_S = 15;
const TARGETS = Array.from({ length: 500 }, (_, at) => ({ key: at + 1, intervalMs: INTERVAL_S * 1_000, check: 1 }));

describe('a tally', () => {
  const results = [
    [1, START_MS, OUTCOME.reply, 12_300],
    [1, START_MS + 15_000, OUTCOME.timeout, 0],
    [2, START_MS + 7, OUTCOME.reply, 845],
  ] as const;
  const tallyOf = (rows: readonly (readonly [number, number, number, number])[]): Tally => {
    const tally = new Tally();
    for (const [key, sampleMs, outcome, rttUs] of rows) tally.add(key, agentHash(AGENT_ID), sampleMs, outcome, rttUs);
    return tally;
  };

  it('is independent of the order, and equals the sum of its parts', () => {
    const whole = tallyOf(results);
    expect(tallyOf([...results].reverse()).equals(whole)).toBe(true);
    const sum = tallyOf(results.slice(0, 1));
    sum.addAll(tallyOf(results.slice(1)).toJSON());
    expect(sum.equals(whole)).toBe(true);
  });

  it('detects a lost, duplicated, changed or exchanged result', () => {
    const whole = tallyOf(results);
    const [first, second, third] = results;
    const others = [
      [first, second],
      [first, second, third, third],
      [first, second, second],
      [first, second, [3, third[1], third[2], third[3]]],
      [first, second, [third[0], third[1] + 1, third[2], third[3]]],
      [first, second, [third[0], third[1], OUTCOME.timeout, third[3]]],
      [first, second, [third[0], third[1], third[2], third[3] + 1]],
    ] as const;
    for (const rows of others) expect(tallyOf(rows).equals(whole)).toBe(false);
  });
});

describe('a simulated agent', () => {
  it('probes each target once per interval, and its blocks match its tally', () => {
    const agent = new SimulatedAgent(AGENT_ID, TARGETS, 4, 1);
    const tally = new Tally();
    const stored = new Tally();
    const probes = new Map<number, number>();
    for (let second = 0; second < 2 * INTERVAL_S; second++) {
      for (const { shard, body } of agent.resultsOfSecond(START_MS + second * 1_000, tally)) {
        const address = { agentId: AGENT_ID, boot: 1, lane: LANE.live, shard, sequence: second + 1, policyVersion: 1 };
        const block = decodeBlock(frameBlock(address, body), decompressBounded);
        if (!block.ok) throw new Error(block.detail);
        const { count, baseTimeMs, targetKey, timeOffsetMs, outcome, rttUs } = block.columns;
        for (let at = 0; at < count; at++) {
          expect(targetKey[at] % 4).toBe(shard);
          probes.set(targetKey[at], (probes.get(targetKey[at]) ?? 0) + 1);
          stored.add(targetKey[at], agent.hash, baseTimeMs + timeOffsetMs[at], outcome[at], rttUs[at]);
        }
      }
    }
    expect(stored.equals(tally)).toBe(true);
    expect(tally.count).toBe(2 * TARGETS.length);
    expect([...probes.values()].every((count) => count === 2)).toBe(true);
  });

  it('loses one of a hundred probes and never reaches one of fifty targets; when quiet it loses no other probe', () => {
    const agent = new SimulatedAgent(AGENT_ID, TARGETS, 4, 1);
    const lostOf = (seconds: number): Map<number, number> => {
      const lost = new Map<number, number>();
      for (let second = 0; second < seconds; second++) {
        agent.resultsOfSecond(START_MS + second * 1_000, new Tally(), (key, _sampleMs, outcome) => {
          if (outcome === OUTCOME.timeout) lost.set(key, (lost.get(key) ?? 0) + 1);
        });
      }
      return lost;
    };
    const rounds = 20;
    const lost = lostOf(rounds * INTERVAL_S);
    const silent = [...lost].filter(([, count]) => count === rounds).map(([key]) => key);
    expect(silent.length).toBeGreaterThan(2);
    expect(lost.size).toBeGreaterThan(silent.length);
    agent.beQuiet(true);
    expect([...lostOf(rounds * INTERVAL_S).keys()].sort()).toEqual(silent.sort());
  });
});
