import { describe, expect, it } from 'vitest';
import { filterPredicate } from './filter-predicate';
import { parseFilter } from './parse-filter';
import type { FilteredTarget } from './target-filter';

const target: FilteredTarget = {
  ip: '10.1.2.3',
  vrf: 'default',
  name: 'Fra-Core-1',
  tags: { site: 'Frankfurt', Role: 'edge', ROLE: 'spare', place: 'am Main' },
  tier: 'gold',
  status: 'down',
  owner: 'Core Team',
  paused: true,
  parents: [{ ip: '10.1.0.1' }, { ip: '2001:db8::1' }],
  agents: ['fra-1', 'ams-2'],
  placement: { reason: 'capacity' },
  maintenance: { occurrence: 'w@2027-01-05' },
};

function matches(text: string, view = target): boolean {
  const result = parseFilter(text);
  if (!result.ok) throw new Error(result.fault.detail);
  return filterPredicate(result.filter)(view);
}

describe('the predicate of a filter', () => {
  it.each([
    'site=frankfurt',
    'SITE=FRANKFURT',
    'role=edge AND role=spare',
    'role IN (lab, edge)',
    'role!=lab',
    'none!=x',
    'NOT none=*',
    'site=*',
    'site ~ "frank*"',
    'site ~ *f?rt',
    'name=fra-core-1',
    'name ~ "*CORE*"',
    'name ~ ???-core-?',
    'place="AM MAIN"',
    'ip=10.1.2.3',
    'ip IN 10.0.0.0/8',
    'ip IN (192.0.2.0/24, 10.1.2.0/30)',
    'NOT ip IN ::/0',
    'status IN (down, degraded)',
    'tier=gold',
    'tier ~ g*',
    'vrf=default',
    'agent=fra-1',
    'agent ~ ams-*',
    'agent=*',
    'owner="core team"',
    'owner ~ core*',
    'owner=*',
    'paused=true',
    'paused!=false',
    'parent=10.1.0.1',
    'parent IN (10.1.0.9, 2001:db8::1)',
    'parent=*',
    'site=x OR tier=gold AND status=down',
  ])('matches a target: %s', (text) => expect(matches(text)).toBe(true));

  it.each([
    'site=frank',
    'NOT site=*',
    'role!=edge',
    'none=*',
    'name ~ core',
    'name ~ ??-core-?',
    'tier=Gold',
    'tier ~ G*',
    'agent=FRA-1',
    'ip IN 10.1.2.4/30',
    'ip IN 2000::/3',
    'status=up',
    'owner=core',
    'NOT owner=*',
    'paused=false',
    'parent=10.1.0.2',
    'parent!=10.1.0.1',
    '(site=x OR tier=gold) AND status=up',
  ])('does not match: %s', (text) => expect(matches(text)).toBe(false));

  it('treats a target without owner and parents like one without the tag', () => {
    const plain = { ...target, owner: null, parents: [] };
    const texts = ['owner=*', 'owner ~ *', 'parent=*', 'parent=10.1.0.1'];
    expect(texts.some((text) => matches(text, plain))).toBe(false);
    expect(['owner!=x', 'NOT parent=*', 'parent!=10.1.0.1'].every((text) => matches(text, plain))).toBe(true);
  });

  it('treats a target without a name like one without the tag', () => {
    const unnamed = { ...target, name: null };
    expect(['name=*', 'name ~ *', 'name=x'].map((text) => matches(text, unnamed))).toEqual([false, false, false]);
    expect(['NOT name=*', 'name!=x'].map((text) => matches(text, unnamed))).toEqual([true, true]);
  });

  it('matches a target with unknown agents if some agents would match', () => {
    const unknown = { ...target, agents: null };
    const texts = ['agent=x', 'agent!=x', 'NOT agent=*', 'agent=x OR tier=none', 'tier=gold AND NOT agent=x'];
    expect(texts.every((text) => matches(text, unknown))).toBe(true);
    expect(matches('agent=x AND tier=none', unknown)).toBe(false);
    expect(matches('NOT (agent=x OR tier=gold)', unknown)).toBe(false);
  });

  it('compares the reason of the placement, and ok for a target that is placed as asked', () => {
    const asAsked = { ...target, placement: null };
    expect(
      ['placement=capacity', 'placement IN (refused, capacity)', 'placement!=ok'].map((text) => matches(text)),
    ).toEqual([true, true, true]);
    expect(['placement=ok', 'placement!=capacity'].map((text) => matches(text))).toEqual([false, false]);
    expect(['placement=ok', 'placement!=capacity'].map((text) => matches(text, asAsked))).toEqual([true, true]);
    const unknown = { ...target, placement: undefined };
    expect(['placement=ok', 'placement!=ok'].map((text) => matches(text, unknown))).toEqual([true, true]);
  });

  it('compares whether a target is in maintenance, and matches one of which that is unknown', () => {
    const outside = { ...target, maintenance: null };
    const texts = ['maintenance=true', 'maintenance!=false', 'maintenance=false', 'NOT maintenance=true'];
    expect(texts.map((text) => matches(text))).toEqual([true, true, false, false]);
    expect(texts.map((text) => matches(text, outside))).toEqual([false, false, true, true]);
    const unknown = { ...target, maintenance: undefined };
    expect(texts.every((text) => matches(text, unknown))).toBe(true);
  });

  it('compares a pattern of many stars in linear steps', () => {
    const named = { ...target, name: 'a'.repeat(200) };
    expect(matches(`name ~ ${'a*'.repeat(100)}b`, named)).toBe(false);
    expect(matches(`name ~ ${'a*'.repeat(100)}`, named)).toBe(true);
  });
});
