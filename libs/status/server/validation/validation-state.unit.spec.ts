import { OUTCOME } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import { targetFact } from '@icmp-mon/shard/engine/testing';
import { describe, expect, it } from 'vitest';
import { A, B, EDGE, INTERVAL_MS, PING, SILENT, START_MS, TELNET, ValidatedShard } from './validation-shard.test-data';

const fails = { key: 8, check: TELNET, outcome: OUTCOME.timeout };
const answers = { key: 8, check: TELNET, outcome: OUTCOME.reply, rttUs: 700 };
const control = { key: 8, check: PING };

describe('a check that expects unreachable', () => {
  it('is untested at first, and as expected once a probe failed while the control probe was answered', async () => {
    const shard = await ValidatedShard.of([A]);
    expect(shard.newChanges()).toEqual(['untested warming']);
    await shard.addResults([fails]);
    expect(shard.newChanges()).toEqual([]);
    await shard.addResults([control]);
    expect(shard.newChanges()).toEqual(['as_expected closed']);
  });

  it.each(['timeout', 'unreachable', 'refused'] as const)('counts %s as a failed probe', async (outcome) => {
    const shard = await ValidatedShard.of([A]);
    await shard.addResults([control, { ...fails, outcome: OUTCOME[outcome] }]);
    expect(shard.statusOf()).toBe('as_expected');
  });

  it('is violated by the first answer of any assigned agent, also with proofs of others', async () => {
    const shard = await ValidatedShard.of([A, B]);
    await shard.proves(A);
    shard.newChanges();
    await shard.addResults([control, fails, { ...answers, agent: B }]);
    const [violation] = shard.tables.changes;
    expect(violation).toMatchObject({ from_status: 'as_expected', to_status: 'violated', reason: 'answered' });
    expect(violation.answer).toEqual({
      ...{ agentId: B, agentName: 'agent-1', outcome: 'reply', rttUs: 700 },
      at: new Date(shard.nowMs).toISOString(),
    });
    expect(violation.at).toBe(violation.answer?.at);
  });

  it('is untested without an answered control probe of the same agent in that interval', async () => {
    const shard = await ValidatedShard.of([A, B]);
    shard.newChanges();
    await shard.addResults([{ ...control, agent: B }, fails]);
    expect(shard.newChanges()).toEqual([]);
    await shard.passTime(40_000);
    expect(shard.newChanges()).toEqual(['untested no_results']);
    await shard.addResults([{ ...control, ageMs: 16_000 }, fails]);
    await shard.passTime(1_000);
    expect(shard.newChanges()).toEqual(['untested no_control']);
  });

  it('is untested two intervals after the last proof, since the end of its interval', async () => {
    const shard = await ValidatedShard.of([A]);
    await shard.proves();
    const provenMs = shard.nowMs - INTERVAL_MS;
    shard.newChanges();
    await shard.passTime(17_000);
    expect(shard.newChanges()).toEqual([]);
    await shard.passTime(3_000);
    const [change] = shard.tables.changes;
    expect([change.to_status, change.reason]).toEqual(['untested', 'no_results']);
    expect(Date.parse(change.at)).toBe(provenMs + INTERVAL_MS);
  });

  it('states that probes were not sent', async () => {
    const shard = await ValidatedShard.of([A]);
    await shard.passTime(40_000);
    shard.newChanges();
    await shard.addResults([control, { ...fails, outcome: OUTCOME.not_sent }]);
    await shard.passTime(1_000);
    expect(shard.newChanges()).toEqual(['untested not_sent']);
  });

  it('stays violated until the agent that got the answer has three proofs in a row, and none of silence', async () => {
    const shard = await ValidatedShard.of([A, B]);
    await shard.addResults([control, answers]);
    shard.newChanges();
    await shard.proves();
    await shard.proves();
    await shard.addResults([control, { ...answers, agent: B }]);
    for (let round = 0; round < 4; round++) await shard.proves();
    await shard.passTime(600_000);
    expect(shard.newChanges()).toEqual([]);
    await shard.proves(B);
    await shard.proves(B);
    expect(shard.newChanges()).toEqual([]);
    await shard.proves(B);
    expect(shard.newChanges()).toEqual(['as_expected closed']);
  });

  it('stays violated while no agent is selected or the target is paused, until another agent has three new proofs', async () => {
    const shard = await ValidatedShard.of([A, B]);
    for (let round = 0; round < 4; round++) await shard.proves(B);
    await shard.addResults([answers]);
    shard.newChanges();
    await shard.fact({ ...targetFact(8, 'edge', []), paused: true });
    await shard.fact(targetFact(8, 'edge', [B]));
    await shard.proves(B);
    await shard.proves(B);
    expect(shard.newChanges()).toEqual([]);
    await shard.proves(B);
    expect(shard.newChanges()).toEqual(['as_expected closed']);
  });

  it('is untested while the target is paused or has no agent', async () => {
    const shard = await ValidatedShard.of([A]);
    await shard.proves();
    shard.newChanges();
    await shard.fact({ ...targetFact(8, 'edge', []), paused: true });
    await shard.fact(targetFact(8, 'edge', []));
    expect(shard.newChanges()).toEqual(['untested paused', 'untested no_agents']);
  });

  it('is violated by an answer that arrives late, but not by one of a violation that is over', async () => {
    const shard = await ValidatedShard.of([A]);
    await shard.proves();
    await shard.passTime(120_000);
    shard.newChanges();
    await shard.addResults([{ ...answers, ageMs: 100_000 }], LANE.backfill);
    expect(shard.newChanges()).toEqual(['violated answered']);
    for (let round = 0; round < 3; round++) await shard.proves();
    expect(shard.newChanges()).toEqual(['as_expected closed']);
    await shard.addResults([{ ...answers, ageMs: 200_000 }], LANE.backfill);
    await shard.addResults([{ ...fails, ageMs: 200_000 }], LANE.backfill);
    expect(shard.newChanges()).toEqual([]);
  });

  it('ignores agents that are not assigned any longer', async () => {
    const shard = await ValidatedShard.of([A]);
    await shard.fact(targetFact(8, 'edge', [B]));
    shard.newChanges();
    await shard.addResults([control, answers]);
    expect(shard.newChanges()).toEqual([]);
  });

  it('takes any answered probe of the agent as control probe if the tier has no check that expects an answer', async () => {
    const shard = await ValidatedShard.of([A], [8, 16]);
    await shard.fact(SILENT);
    await shard.fact(targetFact(24, 'silent', [A]));
    shard.newChanges();
    await shard.addResults([{ ...fails, key: 24 }]);
    expect(shard.newChanges()).toEqual([]);
    await shard.addResults([
      { ...control, key: 16 },
      { ...fails, key: 24 },
    ]);
    expect(shard.statusOf(24)).toBe('as_expected');
    await shard.fact(targetFact(24, 'edge', [A]));
    shard.newChanges();
    await shard.addResults([
      { ...control, key: 16 },
      { ...fails, key: 24 },
    ]);
    expect(shard.statusOf(24)).toBe('untested');
  });

  it('is removed with its target, its tier or its definition, and begins another log in another tier', async () => {
    const shard = await ValidatedShard.of([A]);
    await shard.fact({ ...EDGE, policyVersion: 2, checks: EDGE.checks.slice(0, 1) });
    expect(shard.newChanges()).toEqual(['untested warming', 'removed']);
    await shard.fact({ ...EDGE, policyVersion: 3 });
    expect(shard.newChanges()).toEqual(['untested warming']);
    await shard.fact(SILENT);
    await shard.fact(targetFact(8, 'silent', [A]));
    expect(shard.newChanges()).toEqual(['removed', 'untested warming']);
    await shard.fact({ kind: 'target-removed', targetKey: 8 });
    expect(shard.newChanges()).toEqual(['removed']);
    expect(shard.tables.statuses.size).toBe(0);
    const chains = new Set(shard.evidenceEntries().map(({ chain, entry }) => `${chain} ${entry}`));
    expect([...chains].every((chain) => chain.endsWith(' 1'))).toBe(true);
  });

  it('begins with the first tick if it was defined before, also from a checkpoint that does not contain it', async () => {
    const shard = new ValidatedShard();
    await shard.fact(EDGE);
    await shard.fact(targetFact(8, 'edge', [A]));
    expect(shard.newChanges()).toEqual([]);
    await shard.passTime(1_000);
    const [change] = shard.tables.changes;
    expect(change).toMatchObject({
      to_status: 'untested',
      change_seq: 1,
      at: new Date(START_MS + 1_000).toISOString(),
    });
  });
});
