import { describe, expect, it } from 'vitest';
import { FaultyConfig } from './fault';
import { KINDS } from './kinds';
import { readConfig } from './read-config';

const read = (...texts: string[]) =>
  readConfig(
    texts.map((text, at) => ({ name: `${'abc'[at] ?? 'x'}.yaml`, text })),
    KINDS,
  );

/** Returns the message of the faults. */
function refusal(...texts: string[]): string {
  try {
    read(...texts);
  } catch (error) {
    if (error instanceof FaultyConfig) return error.message;
    throw error;
  }
  return 'accepted';
}

const itemsOf = (text: string, key = 'targets'): unknown[] =>
  (read(text).wanted.get(key) ?? []).map(({ item }) => item);
const target = (...lines: string[]): string =>
  ['version: 1', 'targets:', '  - ip: 192.0.2.1', ...lines.map((line) => `    ${line}`)].join('\n');

describe('a configuration', () => {
  it('is read from several files, in any usual layout of YAML', () => {
    const config = read(
      '# Frankfurt\n---\nversion: 1\nscope: "source=git"\n\ntargets:\n# core\n- ip: 192.0.2.1\n  tier: fast # quick\n\n- {ip: 192.0.2.2, tags: {a: b}}\n',
      'version: 1\ntargets: [{ ip: "2001:DB8::1", vrf: red }]\ntiers:\n  -\n    name: gold\n    probeIntervalMs: 5000\n',
    );
    expect(config.scope).toBe('source=git');
    expect(config.wanted.get('targets')?.map(({ item }) => item)).toEqual([
      { ip: '192.0.2.1', vrf: 'default', members: { tier: 'fast' } },
      { ip: '192.0.2.2', vrf: 'default', members: { tags: { a: 'b' } } },
      { ip: '2001:db8::1', vrf: 'red', members: {} },
    ]);
    expect(config.wanted.get('tiers')?.map(({ item }) => item)).toEqual([
      { name: 'gold', policy: { probeIntervalMs: 5000 } },
    ]);
  });

  it('keeps all of a text in a block, also lines that look like remarks or items', () => {
    const text = target('notes: |', '  # heading', '  - item', '', '  last');
    expect(itemsOf(`${text}\n\n# end\n`)).toEqual([
      { ip: '192.0.2.1', vrf: 'default', members: { notes: '# heading\n- item\n\nlast\n' } },
    ]);
  });

  it('resets members by null', () => {
    expect(itemsOf(target('name: null', 'tags: ~', 'paused: null', 'parents:', 'notes: null'))).toEqual([
      { ip: '192.0.2.1', vrf: 'default', members: { name: null, tags: {}, paused: false, parents: [], notes: null } },
    ]);
  });

  it('may have no objects of a kind, if it states so', () => {
    expect(itemsOf('version: 1\ntargets: []')).toEqual([]);
    expect(refusal('version: 1\ntargets:\n')).toContain('for none write "targets: []"');
    expect(read('version: 1').wanted.has('targets')).toBe(false);
  });
});

describe('a faulty configuration names the place and what to do:', () => {
  it.each([
    ['', 'a.yaml:1:1: The file must begin with "version: 1"'],
    ['version: 2', 'a.yaml:1:10: This program reads version 1'],
    ['version: 1\nversion: 1', 'a.yaml:2:1: version appears twice'],
    ['version: 1\ntargts: []', 'a.yaml:2:1: targts is not a key of a configuration; did you mean "targets"?'],
    ['version: 1\n  - x', 'a.yaml:1:1'],
    ['{version: 1}', 'a.yaml:1:1: A key is expected here'],
    ['version: 1\n---\nversion: 1', 'a.yaml:2:1: A file has one YAML document'],
    ['%YAML 1.1\n---\nversion: 1', 'a.yaml:1:1: YAML directives are not supported'],
    ['version: 1\ntargets:\n\t- ip: 192.0.2.1', 'a.yaml:3:1: The line is indented by a tab'],
    [target('\tname: x'), 'a.yaml:4:5'],
    [target('nmae: x'), 'a.yaml:4:11: nmae is not a member of a target; did you mean "name"?'],
    [target('name: a', 'name: b'), 'a.yaml:5:5: The key appears twice'],
    [target('name: 0123'), 'a.yaml:4:11: name: YAML reads 123 as a number: put it in quotes.'],
    [target('name: true'), 'a.yaml:4:11: name: YAML reads true as a truth value'],
    [target('paused: no'), 'a.yaml:4:13: paused: no is a text in YAML 1.2: write true or false.'],
    [target('tags: { rack: 12 }'), 'a.yaml:4:19: tags.rack: YAML reads 12 as a number'],
    [target('tags: { rack: }'), 'tags.rack has no value'],
    [target('tags: { "": x }'), 'a.yaml:4:11: tags must have keys of letters'],
    [target('tier: null'), 'a.yaml:4:11: tier must be letters'],
    [target('version: 3'), 'a.yaml:4:14: version is not a member of a target in a configuration'],
    [target('name: &a x', 'owner: *a'), 'a.yaml:4:14: Anchors (&a) are not supported'],
    [target('<<: { name: x }'), 'a.yaml:4:5: Merge keys (<<) are not supported'],
    [target('name: !!str 7'), 'Tags (tag:yaml.org,2002:str) are not supported'],
    [target('name: "x'), 'a.yaml:4'],
    [target('name: ['.padEnd(5000, '[')), 'a.yaml:3:1: More than 20 brackets are open'],
    [target(`${'- '.repeat(5000)}x`), 'More than 20 brackets'],
    [target(`notes: "${'x'.repeat(70_000)}"`), 'a.yaml:3:1: This is longer than 65536 characters'],
    ['version: 1\ntargets:\n  - ip: 010.0.0.1', 'a.yaml:3:9: "010.0.0.1" is not a full dotted address'],
    ['version: 1\ntargets:\n  - ip: 192.0.2.0/24', 'is a range: a target is one address'],
    ['version: 1\ntargets:\n  - ip: 10.1', 'ip: YAML reads 10.1 as a number'],
    ['version: 1\ntargets:\n  - name: x', 'a.yaml:3:5: ip is required.'],
    ['version: 1\ntargets:\n  - 192.0.2.1', 'a.yaml:3:5: A target must be an object'],
    ['version: 1\ntargets:\n  ip: 192.0.2.1', 'a.yaml:2:1: targets must be a list'],
    ['version: 1\ntiers:\n  - name: Gold', 'a.yaml:3:11: name: a name consists of 1 to 63 lower-case letters'],
    [
      'version: 1\ntiers:\n  - name: gold\n    probeInterval: 5',
      'a.yaml:4:20: probeInterval is not a member of a tier',
    ],
    ['version: 1\nscope: status=down', 'a.yaml:2:8: scope is not a valid filter'],
    ['version: 1\nscope: 7', 'a.yaml:2:8: scope must be a filter'],
  ])('%j', (text, expected) => {
    expect(refusal(text)).toContain(expected);
  });

  it('the same object twice, over all files', () => {
    expect(refusal(target(), 'version: 1\n\ntargets:\n  - vrf: default\n    ip: 192.0.2.1')).toBe(
      'b.yaml:4:5: The same object is at a.yaml:3:5: remove one.',
    );
  });

  it('different scopes', () => {
    expect(refusal('version: 1\nscope: a=b', 'version: 1\nscope: a=c')).toContain(
      'b.yaml:2:8: All files must have the same scope: a.yaml:2:1 has a=b.',
    );
  });

  it('all faults together, as many as fit', () => {
    const lines = Array.from({ length: 50 }, () => '  - ip: x').join('\n');
    const message = refusal(`version: 1\ntargets:\n${lines}`).split('\n');
    expect(message).toHaveLength(31);
    expect(message.at(-1)).toBe('… and 20 more faults');
  });

  it('each item of a long list in one line, quickly', () => {
    const items = Array.from({ length: 20_000 }, () => '{ ip: x }').join(', ');
    expect(refusal(`version: 1\ntargets: [${items}]`)).toMatch(
      /^a.yaml:2:17: "x" is not an IPv4 or IPv6 address.*\n(.*\n){29}… and 970 more faults$/,
    );
  });

  it('aliases that would multiply', () => {
    const bomb = ['a: &a [x, x]', 'b: &b [*a, *a]', 'c: [*b, *b]'].join('\n');
    expect(refusal(`version: 1\n${bomb}`)).toContain('is not a key of a configuration');
    expect(refusal(`version: 1\ntargets: [&a { ip: 192.0.2.1 }, *a]`)).toContain('Anchors (&a) are not supported');
  });
});
