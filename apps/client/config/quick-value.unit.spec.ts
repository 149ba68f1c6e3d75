import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quickValue } from './quick-value';
import { yamlValue } from './yaml-value';

const parsed = (text: string) => {
  const file = { name: 'a.yaml', text };
  return yamlValue({ file, start: 0, end: text.length, line: 1 });
};

/** Pieces of YAML that are simple, nearly simple, or a trap. */
const scalar = fc.oneof(
  fc.constantFrom(
    ...[
      'edge 1',
      'fra',
      'true',
      'True',
      'no',
      'NULL',
      'null',
      '~',
      '0',
      '7',
      '012',
      '0o7',
      '0x1f',
      '1e3',
      '1_0',
      '.5',
      '.inf',
      'a b  c',
      '-1',
      '- a',
    ],
    ...[
      '10.0.0.1',
      '2001:db8::1',
      '::1',
      'fe80::',
      '12:30',
      'a:b',
      'a: b',
      'a #b',
      'a#b',
      '"x"',
      '"a, b"',
      '"a\\tb"',
      "'it''s'",
      "'x'",
      '"',
      "'",
    ],
    ...[
      '[]',
      '{}',
      '[a, b]',
      '[a, 10.0.0.1]',
      '{ a: b }',
      '{a: b, c: 7}',
      '{a: b, a: c}',
      '{ a: , b: c }',
      '[a',
      '&x y',
      '*x',
      '!!str 7',
      '|',
      '>',
      'é',
      '2001-01-01',
    ],
  ),
  fc.string({ unit: fc.constantFrom(...'aN1.:-# ,[]{}"\'|&*!?~'), maxLength: 8 }),
);
const simple = fc.constantFrom('edge 1', 'true', '7', '10.0.0.1', '"a, b"', '[a, 10.0.0.1]', '{ a: b, c: 7 }', 'null');
const key = fc.constantFrom('ip', 'name', 'tags', 'a b', 'true', 'no', '1', '<<', 'x-y', '"q"');
const line = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(fc.constantFrom('name', 'tags', 'x', 'y', 'z'), simple)
      .map(([name, value]) => `    ${name}: ${value}`),
  },
  { weight: 3, arbitrary: fc.tuple(key, scalar).map(([name, value]) => `    ${name}: ${value}`) },
  fc
    .tuple(fc.constantFrom('', ' ', '  ', '\t'), key, scalar)
    .map(([more, name, value]) => `    ${more}${name}: ${value}`),
  scalar.map((value) => `      - ${value}`),
  key.map((name) => `    ${name}:`),
  fc.constantFrom('', '    # remark', '  ', '   x: y', '      z: y # remark'),
);
const item = fc
  .tuple(key, fc.oneof(simple, scalar), fc.array(line, { maxLength: 4 }))
  .map(([name, value, lines]) => [`  - ${name}: ${value}`, ...lines].join('\n'));

describe('the quick reader', () => {
  it('returns what the parser returns, or leaves the text to it', () => {
    let read = 0;
    fc.assert(
      fc.property(item, (text) => {
        const quick = quickValue(text);
        if (quick === undefined) return;
        read += 1;
        expect(parsed(text)).toEqual({ value: quick });
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(1_000);
  });

  it('reads what most files consist of', () => {
    const text = `  - ip: 2001:db8::7
    name: edge 7
    tags:
      site: "Frankfurt am Main"
      role: edge
    parents:
      - 2001:db8::1
    owner: 'core team'
    paused: false`;
    expect(quickValue(text)).toEqual([
      {
        ...{ ip: '2001:db8::7', name: 'edge 7', tags: { site: 'Frankfurt am Main', role: 'edge' } },
        ...{ parents: ['2001:db8::1'], owner: 'core team', paused: false },
      },
    ]);
  });
});
