import type { TargetData, TargetEvent } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { change, erase, register, remove, replace, TARGET, type TargetState } from './target';

const TARGET_DATA: TargetData = {
  targetId: '01a2058a-7222-7052-9ee1-962a30df748a',
  key: 7,
  ip: '192.0.2.7',
  vrf: 'default',
  name: null,
  tags: { site: 'fra' },
  tier: 'standard',
  paused: false,
  parents: [],
  notes: null,
  owner: null,
};
const REGISTERED: TargetEvent = { type: 'TargetRegistered', data: TARGET_DATA };
const REMOVED: TargetEvent = {
  type: 'TargetRemoved',
  data: { targetId: TARGET_DATA.targetId, key: 7, ip: '192.0.2.7', vrf: 'default' },
};

const given = (...events: TargetEvent[]): TargetState => events.reduce<TargetState>(TARGET.evolve, TARGET.initial);

describe('a target', () => {
  it('given nothing, when registered, then TargetRegistered', () => {
    expect(register(given(), TARGET_DATA)).toEqual([REGISTERED]);
  });

  it('given a target, when its id is registered again, then conflict', () => {
    expect(() => register(given(REGISTERED), TARGET_DATA)).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(() => register(given(REGISTERED, REMOVED), TARGET_DATA)).toThrow(
      expect.objectContaining({ code: 'conflict' }),
    );
  });

  it('given a target, when changed, then TargetChanged with the whole target', () => {
    const data = { ...TARGET_DATA, name: 'edge', tags: { role: 'core' }, tier: 'fast' };
    const patch = { name: 'edge', tags: { site: null, role: 'core' }, tier: 'fast' };
    expect(change(given(REGISTERED), patch)).toEqual([{ type: 'TargetChanged', data }]);
  });

  it('given a changed target, when changed to the same or removed, then by its current state', () => {
    const changed: TargetEvent = { type: 'TargetChanged', data: { ...TARGET_DATA, name: 'edge' } };
    expect(change(given(REGISTERED, changed), { name: 'edge', tags: { site: 'fra' } })).toEqual([]);
    expect(change(given(REGISTERED, changed), { name: null })).toEqual([{ ...REGISTERED, type: 'TargetChanged' }]);
    expect(remove(given(REGISTERED, changed))).toEqual([REMOVED]);
  });

  it('given an event of an older release, then its missing members have their defaults', () => {
    const { paused: _p, parents: _q, notes: _n, owner: _o, ...older } = TARGET_DATA;
    expect(given({ type: 'TargetRegistered', data: older })).toEqual({ kind: 'registered', target: TARGET_DATA });
    expect(register(given(), older)).toEqual([REGISTERED]);
  });

  it('given a target, when paused, described or given parents, then TargetChanged with sorted parents, each once', () => {
    const patch = { paused: true, notes: 'Rack 7\n\tport 12', owner: 'core team', parents: ['p2', 'p1', 'p2'] };
    const data = { ...TARGET_DATA, ...patch, parents: ['p1', 'p2'] };
    expect(change(given(REGISTERED), patch)).toEqual([{ type: 'TargetChanged', data }]);
    const changed = given(REGISTERED, { type: 'TargetChanged', data });
    expect(change(changed, { parents: ['p2', 'p1'], paused: true })).toEqual([]);
    expect(change(changed, { parents: [], notes: null, owner: null, paused: false })).toEqual([
      { ...REGISTERED, type: 'TargetChanged' },
    ]);
  });

  it('given a target, when replaced, then TargetChanged without the members that are absent, or no event', () => {
    const { targetId: _t, key: _k, ip: _i, vrf: _v, ...members } = TARGET_DATA;
    expect(replace(given(REGISTERED), members)).toEqual([]);
    const data = { ...TARGET_DATA, tags: {}, owner: 'core team' };
    expect(replace(given(REGISTERED), { ...members, tags: {}, owner: 'core team' })).toEqual([
      { type: 'TargetChanged', data },
    ]);
    expect(() => replace(given(REGISTERED, REMOVED), members)).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('given a target, when it gets too many tags, then invalid', () => {
    const tags = Object.fromEntries(Array.from({ length: 32 }, (_, at) => [`k${at}`, 'x']));
    expect(() => change(given(REGISTERED), { tags })).toThrow(expect.objectContaining({ code: 'invalid' }));
  });

  it('given none or a removed one, when changed, then not found', () => {
    expect(() => change(given(), { name: 'a' })).toThrow(expect.objectContaining({ code: 'not_found' }));
    expect(() => change(given(REGISTERED, REMOVED), {})).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('given a target, when removed, then TargetRemoved names its key and address', () => {
    expect(remove(given(REGISTERED))).toEqual([REMOVED]);
  });

  it('given none or a removed one, when removed, then not found', () => {
    expect(() => remove(given())).toThrow(expect.objectContaining({ code: 'not_found' }));
    expect(() => remove(given(REGISTERED, REMOVED))).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('given a removed target, when erased, then TargetErased once; its id is never used again', () => {
    const erased: TargetEvent = { type: 'TargetErased', data: { targetId: TARGET_DATA.targetId, key: 7 } };
    expect(erase(given(REGISTERED, REMOVED))).toEqual([erased]);
    expect(erase(given(REGISTERED, REMOVED, erased))).toEqual([]);
    expect(() => register(given(REGISTERED, REMOVED, erased), TARGET_DATA)).toThrow(/already in use/);
    expect(() => erase(given(REGISTERED))).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(() => erase(given())).toThrow(expect.objectContaining({ code: 'not_found' }));
  });

  it('ignores an event of a newer release', () => {
    const newer = { type: 'TargetRenamed', data: {} } as unknown as TargetEvent;
    expect(given(REGISTERED, newer)).toEqual(given(REGISTERED));
  });
});
