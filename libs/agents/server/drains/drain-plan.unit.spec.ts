import { describe, expect, it } from 'vitest';
import { type DrainedAgent, drainProgress, nextStep, planDrain } from './drain-plan';

const agent = (name: string, state: DrainedAgent['state'], held: number): DrainedAgent => ({
  id: name,
  name,
  state,
  held,
});
const names = (agents: readonly DrainedAgent[]): string[] => agents.map(({ name }) => name);

describe('a rolling drain', () => {
  it('drains a limited number of agents at the same time, and the next one when one holds no targets', () => {
    const [a, b, c] = ['a', 'b', 'c'].map((name) => agent(name, 'active', 5));
    expect(names(planDrain([a, b, c], new Set(), 2).next)).toEqual(['a', 'b']);
    const started = new Set(['a', 'b']);
    const busy = planDrain([agent('a', 'draining', 3), agent('b', 'draining', 1), c], started, 2);
    expect(busy.next).toEqual([]);
    expect(drainProgress(busy)).toBe('0 of 3 drained, draining a (3 targets), b (1 targets), 1 waiting');
    const freed = planDrain([agent('a', 'draining', 0), agent('b', 'draining', 1), c], started, 2);
    expect(names(freed.next)).toEqual(['c']);
    const done = planDrain(
      ['a', 'b', 'c'].map((name) => agent(name, 'draining', 0)),
      new Set(['a', 'b', 'c']),
      2,
    );
    expect([done.draining, done.waiting, done.next]).toEqual([[], [], []]);
    expect(drainProgress(done)).toBe('3 of 3 drained');
  });

  it('counts agents that were draining before, and does not repeat a drain that an operator cancelled', () => {
    const plan = planDrain(
      [agent('a', 'draining', 2), agent('b', 'active', 2), agent('c', 'evicted', 0), agent('d', 'active', 1)],
      new Set(['b']),
      1,
    );
    expect([names(plan.draining), names(plan.waiting), names(plan.skipped), plan.next]).toEqual([
      ['a'],
      ['d'],
      ['b', 'c'],
      [],
    ]);
    expect(drainProgress(plan)).toBe(
      '0 of 4 drained, draining a (2 targets), 1 waiting, not drained: b is active, c is evicted',
    );
  });

  it('counts agents that were retired after their drain', () => {
    const plan = planDrain([agent('a', 'retired', 0), agent('b', 'draining', 2)], new Set(['a', 'b']), 1);
    expect(drainProgress(plan)).toBe('1 of 2 drained, draining b (2 targets)');
  });
});

describe('the next step of a drain job', () => {
  const situation = {
    ...{ started: new Set<string>(), atOnce: 1, waitS: 60, shortBefore: 3, shortNow: 3, progressBefore: '', stillS: 0 },
  };
  const [busy, waiting] = [agent('a', 'draining', 5), agent('b', 'active', 5)];
  const empty = agent('a', 'draining', 0);

  it('drains the next agent, while no more targets than before are short of agents', () => {
    expect(nextStep([empty, waiting], situation)).toMatchObject({ state: 'running', why: null, next: [waiting] });
    expect(nextStep([busy, waiting], situation)).toMatchObject({ state: 'running', next: [] });
  });

  it('is to wait while more targets than before are short of agents, and to continue afterwards', () => {
    const paused = nextStep([empty, waiting], { ...situation, shortNow: 4 });
    expect(paused).toMatchObject({ state: 'paused', next: [] });
    expect(paused.why).toMatch(/^4 targets are not placed as their tiers ask, 3 at the start/);
    expect(nextStep([empty, waiting], { ...situation, shortNow: 2 }).state).toBe('running');
  });

  it('is to stop when nothing moves for the given time, and to end when all agents are drained', () => {
    const progressBefore = drainProgress(planDrain([busy, waiting], new Set(), 1));
    expect(nextStep([busy, waiting], { ...situation, stillS: 60 })).toMatchObject({ state: 'running' });
    expect(nextStep([busy, waiting], { ...situation, progressBefore, stillS: 60 })).toMatchObject({
      state: 'stopped',
      next: [],
    });
    expect(nextStep([empty], { ...situation, stillS: 60, shortNow: 9 })).toMatchObject({
      state: 'completed',
      why: null,
    });
  });
});
