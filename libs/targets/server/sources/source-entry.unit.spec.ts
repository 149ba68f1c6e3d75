import type { SourceDefinition } from '@icmp-mon/targets/contract';
import { describe, expect, it } from 'vitest';
import { identifierOf, textOf, valueAt } from './entry-texts';
import { groupEntries } from './group-entries';
import { entryOf, hostOf } from './source-entry';
import { pauseMsOf } from './source-http';

describe('the host of an address', () => {
  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['192.0.2.1:9100', '192.0.2.1'],
    ['192.0.2.1/24', '192.0.2.1'],
    ['2001:db8::1', '2001:db8::1'],
    ['2001:db8::1/64', '2001:db8::1'],
    ['[2001:db8::1]:9100', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['192.0.2.1/33', '192.0.2.1/33'],
    ['192.0.2.0-192.0.2.9', '192.0.2.0-192.0.2.9'],
  ])('of %s is %s', (address, host) => expect(hostOf(address)).toBe(host));
});

describe('an entry', () => {
  const given = { vrf: 'default', name: undefined, tags: {}, tier: 'fast' };

  it.each([
    'host',
    'host:9100',
    '',
    '192.0.2',
    '0x7f.1',
    '0.0.0.0',
    '224.0.0.1',
    'fe80::1%eth0',
    '::ffff:192.0.2.1',
    '192.0.2.0/33',
  ])('with the address %j is refused with a reason', (address) => {
    const entry = entryOf(1, { ...given, address });
    expect(entry).toHaveProperty('reason', expect.stringMatching(/.{10}/));
  });

  it('with a valid address and invalid tags still counts as listed', () => {
    const entry = entryOf(1, { ...given, address: '192.0.2.1', tags: { site: 'x'.repeat(201) } });
    expect(entry).toMatchObject({
      address: '192.0.2.1',
      vrf: 'default',
      reason: expect.stringMatching(/^tags must have texts/) as string,
    });
  });
});

describe('texts of a list', () => {
  it('are taken from choices, nested objects and lists', () => {
    expect(textOf({ value: 'active', label: 'Active' })).toBe('active');
    expect(textOf({ id: 1, name: 'ACME', slug: 'acme' })).toBe('acme');
    expect(textOf([{ slug: 'a' }, { slug: 'b' }, null])).toBe('a,b');
    expect(textOf({ id: 1 })).toBeUndefined();
    expect(textOf(' e\u0301 ')).toBe('é');
    expect([textOf(7), textOf(false), textOf(null), textOf('')]).toEqual(['7', 'false', undefined, undefined]);
  });

  it('are found in a time that grows with the list only, however deep objects are within each other', () => {
    const nested = (depth: number): unknown =>
      Array.from({ length: depth }).reduce<unknown>((inner) => ({ value: inner }), 'deep');
    const begin = performance.now();
    expect(textOf(nested(7))).toBe('deep');
    expect(textOf(nested(100_000))).toBeUndefined();
    expect(textOf(JSON.parse(`${'['.repeat(100_000)}${']'.repeat(100_000)}`))).toBeUndefined();
    expect(identifierOf(`-a${'-'.repeat(400_000)}b`)).toBe('a');
    expect(performance.now() - begin).toBeLessThan(2_000);
  });

  it('are found by paths of own members only', () => {
    expect(valueAt({ custom_fields: { site: 'fra' } }, 'custom_fields.site')).toBe('fra');
    expect(valueAt({}, 'constructor.name')).toBeUndefined();
    expect(valueAt({ a: 'text' }, 'a.length')).toBeUndefined();
  });

  it('become keys of tags and VRFs', () => {
    expect(['Customer A', '_job_', '__', 'a'.repeat(70), 'Größe'].map(identifierOf)).toEqual([
      ...['Customer-A', 'job', undefined, 'a'.repeat(63), 'Gr-e'],
    ]);
  });
});

it('a pause is given in seconds or as a date', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');
  expect([
    pauseMsOf('3', now),
    pauseMsOf('Thu, 01 Jan 2026 00:00:10 GMT', now),
    pauseMsOf('soon', now),
    pauseMsOf(undefined, now),
  ]).toEqual([...[3_000, 10_000, 5_000, 5_000]]);
});

it('a group with many targets and many labels refuses each target, and checks the labels once', () => {
  const targets = Array.from({ length: 20_000 }, (_, nr) => `10.0.${nr >> 8}.${nr & 255}`);
  const labels = Object.fromEntries(Array.from({ length: 5_000 }, (_, nr) => [`label${nr}`, 'x']));
  const source = { vrf: 'default', tier: 'fast', nameFrom: null, tagsFrom: null } as SourceDefinition;
  const begin = performance.now();
  const entries = [...groupEntries([{ targets: ['host', ...targets], labels }], source, 'The list')].flat();
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect(entries[0]).toMatchObject({ entry: 1, reason: expect.stringContaining('is a host name') as string });
  const reason = 'tags must have at most 32 keys, not 5000';
  expect(entries[1]).toEqual({ entry: 2, address: '10.0.0.0', vrf: 'default', reason });
  expect(entries).toHaveLength(20_001);
});
