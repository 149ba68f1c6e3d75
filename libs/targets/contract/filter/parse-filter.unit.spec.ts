import { describe, expect, it } from 'vitest';
import { filterText } from './filter-text';
import { parseFilter } from './parse-filter';
import type { FilterFault } from './fault';
import type { TargetFilter } from './target-filter';

function parsed(text: string): TargetFilter {
  const result = parseFilter(text);
  if (!result.ok) throw new Error(`${text}: ${result.fault.detail}`);
  return result.filter;
}

function fault(text: string): FilterFault {
  const result = parseFilter(text);
  if (result.ok) throw new Error(`${text} is valid: ${filterText(result.filter)}`);
  return result.fault;
}

describe('the canonical text of a filter', () => {
  it.each([
    ['site=fra and not role=lab', 'site=fra AND role!=lab'],
    ['site=fra AND NOT role=lab', 'site=fra AND role!=lab'],
    ['  status  in( DOWN ,degraded) ', 'status IN (down, degraded)'],
    ['status=Down', 'status=down'],
    ['ip IN 10.0.0.0/8', 'ip IN 10.0.0.0/8'],
    ['ip in (10.0.0.0/8, 2001:db8::/32,192.0.2.7)', 'ip IN (10.0.0.0/8, 2001:db8::/32, 192.0.2.7)'],
    ['ip IN 192.0.2.7', 'ip=192.0.2.7'],
    ['ip IN 192.0.2.0/24 OR ip=::1', 'ip IN 192.0.2.0/24 OR ip=::1'],
    ['ip!=192.0.2.7', 'ip!=192.0.2.7'],
    ['not ip in ::/0', 'NOT ip IN ::/0'],
    ['name ~ "core-*"', 'name ~ core-*'],
    ['NAME~"am main ?"', 'name ~ "am main ?"'],
    ['tier=gold', 'tier=gold'],
    ['agent = fra-1', 'agent=fra-1'],
    ['vrf != default', 'vrf!=default'],
    ['site=*', 'site=*'],
    ['NOT site=*', 'NOT site=*'],
    ['site != *', 'NOT site=*'],
    ['agent=*', 'agent=*'],
    ['place="am ""Main"""', 'place="am ""Main"""'],
    ['note="AND"', 'note="AND"'],
    ['note="*"', 'note="*"'],
    ['tag:status=x', 'tag:status=x'],
    ['TAG:site=x', 'site=x'],
    ['tag:and=x OR tag:agents=y', 'tag:and=x OR tag:agents=y'],
    ['(a=1 OR b=2) AND c=3', '(a=1 OR b=2) AND c=3'],
    ['a=1 OR (b=2 AND c=3)', 'a=1 OR b=2 AND c=3'],
    ['((a=1)) AND (b=2 AND (c=3 AND d=4))', 'a=1 AND b=2 AND c=3 AND d=4'],
    ['NOT (NOT a=1)', 'a=1'],
    ['NOT (a!=1 AND b=2)', 'NOT (a!=1 AND b=2)'],
    ['site IN (fra)', 'site=fra'],
    ['site IN (fra, fra, FRA)', 'site IN (fra, FRA)'],
    ['site=fra!x', 'site=fra!x'],
    ['url=https://example.net/a', 'url=https://example.net/a'],
    ['place=Zu\u0308rich', 'place=Z\u00fcrich'],
  ])('%s', (text, canonical) => {
    const filter = parsed(text);
    expect(filterText(filter)).toBe(canonical);
    expect(parsed(canonical)).toEqual(filter);
  });

  it('distinguishes AND from OR by precedence: NOT, AND, OR', () => {
    expect(parsed('NOT a=1 AND b=2 OR c=3')).toMatchObject({
      kind: 'or',
      parts: [
        { kind: 'and', parts: [{ kind: 'not' }, { kind: 'oneOf' }] },
        { kind: 'oneOf', values: ['3'] },
      ],
    });
  });
});

describe('the fault of a filter', () => {
  it.each([
    [
      '',
      0,
      0,
      /^a field \(ip, name, status, tier, vrf, agent, owner, paused, parent, placement, maintenance\), the key of a tag, NOT or "\("$/,
      null,
    ],
    ['site', 4, 0, /^=, !=, ~ or IN$/, null],
    ['status ~ down', 7, 1, /^=, != or IN$/, null],
    ['status=dwn', 7, 3, /^a status \(down, degraded, unknown, up\)$/, 'down'],
    ['status IN (up, degarded)', 15, 8, /^a status/, 'degraded'],
    ['status=*', 7, 1, /every target has status/, null],
    ['staus=down', 0, 5, /tag:staus for a tag/, 'status'],
    ['agents=fra-1', 0, 6, /tag:agents/, 'agent'],
    ['site=', 5, 0, /^a value of the tag, or \* for any$/, null],
    ['site= AND role=x', 6, 3, /^a value of the tag/, null],
    ['site=fra role=lab', 9, 4, /^AND, OR or the end of the filter$/, null],
    ['site=fra ADN role=lab', 9, 3, /^AND, OR/, 'AND'],
    ['(site=fra', 9, 0, /^AND, OR or "\)"$/, null],
    ['site=fra)', 8, 1, /^AND, OR or the end/, null],
    ['site=fra AND', 12, 0, /^a field/, null],
    ['site==fra', 5, 1, /^a value/, null],
    ['site IN fra', 8, 3, /^"\("$/, null],
    ['site IN (fra', 12, 0, /^"," or "\)"$/, null],
    ['site IN ()', 9, 1, /^a value of the tag$/, null],
    ['site IN (a, *)', 12, 1, /in quotes/, '~ *'],
    ['site=fra*', 5, 4, /pattern after ~/, '~ fra*'],
    ['place="am main', 6, 8, /closing quote/, null],
    ['place=""', 6, 2, /^a value/, null],
    ['"site"=fra', 0, 6, /^a field/, null],
    ['-site=fra', 0, 5, /^a field/, null],
    ['foo:bar=x', 0, 7, /^a field/, null],
    ['ip=10.1.2.0/24', 3, 11, /^an address$/, 'ip IN 10.1.2.0/24'],
    ['ip=10.1.2.3/24', 3, 11, /^an address$/, 'ip IN 10.1.2.0/24'],
    ['ip IN 10.1.2.3/8', 6, 10, /^the canonical form 10\.0\.0\.0\/8$/, '10.0.0.0/8'],
    ['ip IN 192.0.2.7/32', 6, 12, /^the canonical form 192\.0\.2\.7$/, '192.0.2.7'],
    ['ip IN 2001:DB8::/32', 6, 13, /^the canonical form 2001:db8::\/32$/, '2001:db8::/32'],
    ['ip=2001:db8:0:0:0:0:0:1', 3, 20, /2001:db8::1$/, '2001:db8::1'],
    ['ip=::ffff:192.0.2.1', 3, 16, /^the canonical form 192\.0\.2\.1$/, '192.0.2.1'],
    ['ip IN ::ffff:10.1.0.0/104', 6, 19, /^the canonical form 10\.0\.0\.0\/8$/, '10.0.0.0/8'],
    ...[
      '127.1',
      '0x7f000001',
      '2130706433',
      '010.0.0.0/8',
      '10.0.0.0/33',
      '10.0.0.0/08',
      '10.0.0.0/',
      'fe80::1%eth0',
    ].map((text) => [`ip IN ${text}`, 6, text.length, /^an address range or "\("$/, null] as const),
    ['ip=1.2.3.4.5', 3, 9, /^an address in canonical form$/, null],
    ['name=a\u200bb', 5, 3, /invisible character \(U\+200B\)/, null],
    ['name="a\u0000b"', 5, 5, /invisible character/, null],
    ['name=\ud800', 5, 1, /invisible character \(U\+D800\)/, null],
  ] as const)('%j is at its place, with what was expected', (text, offset, length, expected, suggestion) => {
    const found = fault(text);
    expect(found).toMatchObject({ offset, length, suggestion });
    expect(found.expected).toMatch(expected);
    expect(found.detail).toContain(`At character ${offset + 1}: found `);
  });

  it('is one sentence', () => {
    expect(fault('status=dwn').detail).toBe(
      'At character 8: found "dwn", expected a status (down, degraded, unknown, up); did you mean down?',
    );
    expect(fault('site=').detail).toBe(
      'At character 6: found the end of the filter, expected a value of the tag, or * for any.',
    );
  });

  it('limits length, terms and nesting', () => {
    const terms = (count: number): string => Array.from({ length: count }, (_, at) => `k${at}=v`).join(' OR ');
    expect(parseFilter(terms(100)).ok).toBe(true);
    expect(fault(terms(101)).expected).toBe('at most 100 terms');
    expect(fault(`site IN (${'a, '.repeat(100)}a)`).expected).toBe('at most 100 terms');
    const nested = (depth: number): string => `${'('.repeat(depth)}a=1${')'.repeat(depth)}`;
    expect(parseFilter(nested(20)).ok).toBe(true);
    expect(fault(nested(21))).toMatchObject({ offset: 20, expected: 'at most 20 levels of parentheses and NOT' });
    expect(fault(`${'NOT '.repeat(21)}a=1`).offset).toBe(80);
    expect(parseFilter(`a=${'x'.repeat(1_998)}`).ok).toBe(true);
    expect(fault(`a=${'x'.repeat(1_999)}`)).toMatchObject({ offset: 2_000, expected: 'at most 2000 characters' });
    expect(fault('('.repeat(1_000_000)).expected).toBe('at most 2000 characters');
  });

  it('is found, or the filter has a canonical text, for every sequence of its parts', () => {
    const parts = [
      'site',
      'ip',
      'status',
      'AND',
      'or',
      'NOT',
      'IN',
      '(',
      ')',
      ',',
      '=',
      '!=',
      '~',
      '"',
      '*',
      '10.0.0.0/8',
      ' ',
      '!',
      'x',
    ];
    let seed = 7;
    const next = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let at = 0; at < 10_000; at++) {
      const text = Array.from({ length: next(14) }, () => parts[next(parts.length)]).join(next(2) === 0 ? ' ' : '');
      const result = parseFilter(text);
      if (result.ok) expect(parsed(filterText(result.filter))).toEqual(result.filter);
      else expect(result.fault.offset + result.fault.length).toBeLessThanOrEqual(text.length);
    }
  });
});
