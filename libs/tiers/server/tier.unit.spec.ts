import { DomainError } from '@icmp-mon/platform/errors';
import { BUILT_IN_TIERS, type CheckRequest, type SentPolicy, type TierEvent } from '@icmp-mon/tiers/contract';
import { describe, expect, it } from 'vitest';
import { change, completeRemoval, create, defineBuiltIn, remove, startRemoval, TIER, type TierState } from './tier';

const given = (...events: TierEvent[]): TierState => events.reduce<TierState>(TIER.evolve, TIER.initial);
const BUILT_IN: TierEvent = { type: 'TierDefined', data: { name: 'fast', builtIn: true, policy: BUILT_IN_TIERS.fast } };
const PING: CheckRequest = { type: 'icmp_ping', expect: 'reachable' };
const SSH: CheckRequest = { type: 'tcp_connect', port: 22, expect: 'reachable' };

const policy = (...checks: CheckRequest[]): SentPolicy => ({ ...BUILT_IN_TIERS.fast, checks });
const after = (state: TierState, ...checks: CheckRequest[]): TierState =>
  change(state, 'gold', policy(...checks)).reduce<TierState>(TIER.evolve, state);
const numbers = (state: TierState): (number | string)[] =>
  state.kind === 'defined' ? state.policy.checks.map(({ check }) => check) : [state.kind];
const fault = (run: () => unknown): Partial<DomainError> => {
  try {
    run();
  } catch (error) {
    if (error instanceof DomainError) return { code: error.code, detail: error.detail };
  }
  throw new Error('not refused');
};

const gold = given(...create(given(), 'gold', policy(PING)));
const removing = given(...create(given(), 'gold', policy(PING)), ...startRemoval(gold, 'gold', 'fast'));

describe('a built-in tier', () => {
  it('given no events, is defined', () => {
    expect(defineBuiltIn(given(), 'fast', BUILT_IN_TIERS.fast)).toEqual([BUILT_IN]);
  });

  it('given a definition, is unchanged', () => {
    expect(defineBuiltIn(given(BUILT_IN), 'fast', BUILT_IN_TIERS.standard)).toEqual([]);
  });

  it('can be changed, and stays built in', () => {
    const [event] = change(given(BUILT_IN), 'fast', { ...policy(PING), probeIntervalMs: 2_000 });
    expect(event).toMatchObject({ data: { builtIn: true, policy: { probeIntervalMs: 2_000 } } });
  });

  it('cannot be removed', () => {
    expect(fault(() => remove(given(BUILT_IN), 'fast'))).toMatchObject({ code: 'conflict' });
    expect(fault(() => startRemoval(given(BUILT_IN), 'fast', 'standard'))).toMatchObject({ code: 'conflict' });
  });
});

describe('a tier', () => {
  it('is not created twice, but again after its removal', () => {
    expect(fault(() => create(gold, 'gold', policy(PING)))).toMatchObject({ code: 'conflict' });
    expect(fault(() => create(removing, 'gold', policy(PING)))).toMatchObject({ code: 'conflict' });
    expect(create(TIER.evolve(gold, remove(gold, 'gold')[0]), 'gold', policy(PING))).toHaveLength(1);
  });

  it('is not changed by the same policy with its members in another order', () => {
    const { checks, ...rest } = policy(PING);
    expect(change(gold, 'gold', { checks, ...rest })).toEqual([]);
  });

  it.each([
    ['absent', given()],
    ['removed', TIER.evolve(gold, remove(gold, 'gold')[0])],
  ])('that is %s can be neither changed nor removed', (_, state) => {
    expect(fault(() => change(state, 'gold', policy(PING)))).toMatchObject({ code: 'not_found' });
    expect(fault(() => startRemoval(state, 'gold', 'fast'))).toMatchObject({ code: 'not_found' });
    expect(fault(() => remove(state, 'gold'))).toMatchObject({ code: 'not_found' });
  });

  it('that is being removed is not changed, and keeps its successor', () => {
    expect(fault(() => change(removing, 'gold', policy(SSH)))).toMatchObject({ code: 'conflict' });
    expect(startRemoval(removing, 'gold', 'fast')).toEqual([]);
    expect(fault(() => startRemoval(removing, 'gold', 'standard')).detail).toContain('move to "fast"');
    expect(remove(removing, 'gold')).toEqual([{ type: 'TierRemoved', data: { name: 'gold' } }]);
  });

  it('is removed once, also if two processes complete the removal', () => {
    const [removed] = completeRemoval(removing, 'gold');
    expect(removed).toEqual({ type: 'TierRemoved', data: { name: 'gold' } });
    expect(completeRemoval(TIER.evolve(removing, removed), 'gold')).toEqual([]);
    expect(completeRemoval(gold, 'gold')).toEqual([]);
  });

  it('ignores events of newer releases', () => {
    const event = { type: 'TierAudited', data: { name: 'gold' } } as unknown as TierEvent;
    expect(TIER.evolve(gold, event)).toBe(gold);
  });
});

describe('the number of a check', () => {
  it('is kept by the same check, with or without its number, and in another place', () => {
    const both = after(gold, PING, SSH);
    expect(numbers(both)).toEqual([1, 2]);
    expect(numbers(after(both, SSH, { ...PING, check: 1 }))).toEqual([2, 1]);
    expect(numbers(after(both, { ...PING, expect: 'unreachable' }))).toEqual([1]);
  });

  it('is never that of an earlier check: not of a removed one, nor of a removed tier', () => {
    const without = after(after(gold, PING, SSH), PING);
    expect(numbers(after(without, PING, { ...SSH, port: 23 }))).toEqual([1, 3]);
    const removed = TIER.evolve(without, remove(without, 'gold')[0]);
    expect(create(removed, 'gold', policy(PING))[0]).toMatchObject({ data: { policy: { checks: [{ check: 3 }] } } });
  });

  it('may be chosen for a new check if it is new', () => {
    expect(numbers(after(gold, PING, { ...SSH, check: 9 }, { ...SSH, port: 80 }))).toEqual([1, 9, 10]);
  });

  it.each([
    [{ ...SSH, check: 1 }, 'is or was the number of a check'],
    [{ ...PING, check: 2 }, 'must be 1, the number of this check'],
  ])('of another check is refused: %j', (check, detail) => {
    expect(fault(() => change(gold, 'gold', policy(check)))).toMatchObject({
      code: 'invalid',
      detail: expect.stringContaining(detail) as string,
    });
  });

  it('ends at 255', () => {
    const last = after(gold, PING, { ...SSH, check: 255 });
    expect(fault(() => after(last, PING, { ...SSH, port: 80 })).detail).toContain('all 255 numbers');
  });
});
