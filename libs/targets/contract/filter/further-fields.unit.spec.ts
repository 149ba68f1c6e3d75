import { describe, expect, it } from 'vitest';
import { filterText } from './filter-text';
import { parseFilter } from './parse-filter';

describe('owner, paused, parent and placement', () => {
  it.each([
    ['OWNER="core team"', 'owner="core team"'],
    ['paused = TRUE', 'paused=true'],
    ['NOT paused=true', 'paused!=true'],
    ['parent=2001:db8::1', 'parent=2001:db8::1'],
    ['parent IN (192.0.2.1, 192.0.2.2)', 'parent IN (192.0.2.1, 192.0.2.2)'],
    ['parent!=*', 'NOT parent=*'],
    ['PLACEMENT in (Capacity, no_agents)', 'placement IN (capacity, no_agents)'],
    ['NOT placement=OK', 'placement!=ok'],
    ['tag:placement=x', 'tag:placement=x'],
    ['tag:owner=x AND tag:parents=y', 'tag:owner=x AND tag:parents=y'],
  ])('have the canonical text: %s', (text, canonical) => {
    const result = parseFilter(text);
    expect(result.ok && filterText(result.filter)).toBe(canonical);
    expect(parseFilter(canonical)).toEqual(result);
  });

  it.each([
    ['paused=yes', 7, 3, /^true or false$/, null],
    ['paused=flase', 7, 5, /^true or false$/, 'false'],
    ['paused ~ t*', 7, 1, /^=, != or IN$/, null],
    ['paused=*', 7, 1, /every target has paused/, null],
    ['parent=core-1', 7, 6, /^the address of a parent, in canonical form, or \* for any$/, null],
    ['parent=10.0.0.0/8', 7, 10, /^an address$/, null],
    ['parent=2001:DB8::1', 7, 11, /^the canonical form 2001:db8::1$/, '2001:db8::1'],
    [
      'placement=to_few_agents',
      10,
      13,
      /^a placement \(ok, no_agents, refused, capacity, too_few_agents, too_few_regions, too_few_providers\)$/,
      'too_few_agents',
    ],
    ['placement=*', 10, 1, /every target has placement/, null],
    ['placement ~ too*', 10, 1, /^=, != or IN$/, null],
    ['placements=ok', 0, 10, /tag:placements/, 'placement'],
    ['parents=192.0.2.1', 0, 7, /tag:parents/, 'parent'],
  ] as const)('%j has its fault at its place', (text, offset, length, expected, suggestion) => {
    const result = parseFilter(text);
    expect(result).toMatchObject({ ok: false, fault: { offset, length, suggestion } });
    expect(!result.ok && result.fault.expected).toMatch(expected);
  });
});
