import { PLACEMENT_REASONS } from '@icmp-mon/assignment/contract';
import { describe, expect, it } from 'vitest';
import { completeFilter, type FilterVocabulary, tagsAskedAt } from './complete-filter';
import { parseFilter } from './parse-filter';

const VALUES: Readonly<Record<string, readonly string[]>> = {
  'tag:site': ['fra', 'ams', 'am Main'],
  tier: ['gold', 'standard'],
  agent: ['fra-1'],
  parent: ['192.0.2.1'],
};
const vocabulary: FilterVocabulary = {
  tagKeys: ['site', 'role', 'status'],
  valuesOf: (subject) => VALUES[subject] ?? [],
};

/** `|` marks the cursor. */
function complete(marked: string): { labels: string[]; accept(label: string): string } {
  const cursor = marked.indexOf('|');
  const text = marked.replace('|', '');
  const { from, to, options } = completeFilter(text, cursor, vocabulary);
  return {
    labels: options.map(({ label }) => label),
    accept: (label) =>
      text.slice(0, from) + (options.find((option) => option.label === label)?.text ?? '?') + text.slice(to),
  };
}

describe('completion', () => {
  const FIELDS = [
    'ip',
    'name',
    'status',
    'tier',
    'vrf',
    'agent',
    'owner',
    'paused',
    'parent',
    'placement',
    'maintenance',
  ];
  const TERMS = [...FIELDS, 'site', 'role', 'tag:status', 'NOT', '('];

  it.each([
    ['|', TERMS],
    ['site=fra AND |', TERMS],
    ['NOT (|', TERMS],
    ['sta|', ['status', 'tag:status']],
    ['S|', ['status', 'site', 'paused', 'tag:status']],
    ['paused |', ['=', '!=', 'IN']],
    ['paused=|', ['true', 'false']],
    ['paused=t|', ['true']],
    ['parent |', ['=', '!=', 'IN']],
    ['parent=|', ['192.0.2.1', '*']],
    ['placement |', ['=', '!=', 'IN']],
    ['placement=too|', ['too_few_agents', 'too_few_regions', 'too_few_providers']],
    ['placement IN (|', ['ok', ...PLACEMENT_REASONS]],
    ['owner=|', ['*']],
    ['site|', ['=', '!=', '~', 'IN']],
    ['status |', ['=', '!=', 'IN']],
    ['status=|', ['down', 'degraded', 'unknown', 'up']],
    ['status=d|', ['down', 'degraded']],
    ['status IN (down, |', ['down', 'degraded', 'unknown', 'up']],
    ['status IN (down|', [',', ')']],
    ['status IN (down |', [',', ')']],
    ['status IN |', ['(']],
    ['site=|', ['fra', 'ams', 'am Main', '*']],
    ['site="am|', ['ams', 'am Main']],
    ['site=a| AND role=x', ['ams', 'am Main', 'fra']],
    ['tier ~ g|', ['gold']],
    ['agent=|', ['fra-1', '*']],
    ['site=fra |', ['AND', 'OR']],
    ['site=fra A|', ['AND']],
    ['(site=fra |', ['AND', 'OR', ')']],
    ['site=fra ) |', []],
    ['ip=|', []],
    ['status=zzz AND |', []],
  ])('%s', (marked, labels) => expect(complete(marked).labels).toEqual(labels));

  it.each([
    ['sta|', 'status', 'status'],
    ['status|', 'IN', 'status IN ('],
    ['status |', 'IN', 'status IN ('],
    ['ip|', 'IN', 'ip IN '],
    ['site|', '=', 'site='],
    ['site=fr|', 'fra', 'site=fra'],
    ['site=f|oo AND role=x', 'fra', 'site=fra AND role=x'],
    ['site=a|', 'am Main', 'site="am Main"'],
    ['site="am M|', 'am Main', 'site="am Main"'],
    ['site=fra|', 'AND', 'site=fra AND '],
    ['site="am Main"|', 'OR', 'site="am Main" OR '],
    ['status IN (down|', ',', 'status IN (down, '],
    ['(site=fra|', ')', '(site=fra)'],
  ])('%s with %s', (marked, label, accepted) => expect(complete(marked).accept(label)).toBe(accepted));

  it.each([
    ['|', { key: null, prefix: '' }],
    ['site=fra AND r|', { key: null, prefix: 'r' }],
    ['tag:st|', { key: null, prefix: 'st' }],
    ['site=|', { key: 'site', prefix: '' }],
    ['site=f| AND role=x', { key: 'site', prefix: 'f' }],
    ['tag:status IN (a, "am M|', { key: 'status', prefix: 'am M' }],
    ['name=x AND site ~ co-*1|', { key: 'site', prefix: 'co-' }],
    ['site |', null],
    ['site=fra |', null],
    ['tier=g|', null],
    ['status=zzz AND |', null],
  ])('%s asks for the tags %j', (marked, asked) =>
    expect(tagsAskedAt(marked.replace('|', ''), marked.indexOf('|'))).toEqual(asked),
  );

  it('shows how many targets have a tag, if that is known', () => {
    const counting = {
      ...vocabulary,
      targetsOf: (key: string, value?: string) => (key === 'site' ? (value ?? '3') : null),
    };
    const targetsIn = (text: string) =>
      Object.fromEntries(
        completeFilter(text, text.length, counting).options.flatMap(({ label, targets }) =>
          targets === undefined ? [] : [[label, targets]],
        ),
      );
    expect(targetsIn('si')).toEqual({ site: '3' });
    expect(targetsIn('site=f')).toEqual({ fra: 'fra' });
    expect(targetsIn('tier=g')).toEqual({});
  });

  it('offers at every place only texts after which the filter has no fault before its end', () => {
    const texts = ['', 'site', 'site=fra', 'status IN (down', 'NOT ', 'site=fra AND (tier=gold', 'name ~ x OR '];
    for (const text of texts) {
      const { from, to, options } = completeFilter(text, text.length, vocabulary);
      expect(options.length).toBeGreaterThan(0);
      for (const option of options) {
        const accepted = text.slice(0, from) + option.text + text.slice(to);
        const result = parseFilter(accepted);
        if (!result.ok) expect(result.fault.offset, accepted).toBe(accepted.length);
      }
    }
  });
});
