import { describe, expect, it } from 'vitest';
import { languageFaultsOf } from '../check-language.mjs';

describe('the word list', () => {
  it.each([
    ['a comment', 'a.ts', '/** Tells the agent. */', 'a.ts:1: "Tells"'],
    ['a comment of one line', 'a.ts', '\n// The lease is gone.', 'a.ts:2: "gone"'],
    ['a text', 'a.ts', "log('nobody holds it');", '"nobody"'],
    ['a text with values in it', 'a.ts', 'log(`${n} results a second`);', '"results a second"'],
    ['the name of a test', 'a.unit.spec.ts', "it('goes on after a fault', () => {});", '"goes on"'],
    ['a template', 'a.html', '<p>Whoever {{ name }} is</p>', '"Whoever"'],
    ["a template's attribute", 'a.html', '<p aria-label="said so"></p>', '"said"'],
    ['a document', 'a.md', 'It stands there.', '"stands"'],
    ['a style sheet', 'a.scss', '/* Beside the list. */', '"Beside"'],
    ['a shell script', 'a.sh', 'echo "it is told"', '"told"'],
    ['a configuration', 'a.yaml', 'description: what is heard', '"heard"'],
    ['a comment of a systemd unit', 'a.service', '# It says so.\nWants=x.target', '"says"'],
    ['a dashboard', 'a.json', '{ "title": "Those who vote" }', '"Those who"'],
    ['a rate', 'a.md', 'At 20,000 results a second.', '"20,000 results a second"'],
    ['a share', 'a.md', 'At most 8 MiB a shard.', '"8 MiB a shard"'],
    ['else as an adverb', 'a.md', 'Else it waits.', '"Else"'],
    ['a denied noun', 'a.md', 'A renewal is no event.', '"is no event"'],
    ['ahead without what', 'a.md', 'The effects are ahead.', '"ahead"'],
    ['a comment in an empty block', 'a.ts', 'function f() {\n  // It says so.\n}', 'a.ts:2: "says"'],
    ['a comment before a bracket', 'a.ts', 'f(/* told */);', '"told"'],
    [
      'a sentence over two lines of comments',
      'a.ts',
      'f();\n// It keeps those\n// that are old.',
      'a.ts:2: "those that"',
    ],
    ['a sentence over two lines of a document', 'a.md', 'A\n\nIt keeps those\nthat are old.', 'a.md:3: "those that"'],
    ['a text that begins like SQL', 'a.ts', "fail('UPDATE failed, nobody knows why');", '"nobody"'],
    ['a document with a stray backtick', 'a.md', 'A ` here.\n\nIt is told.\n\nAnd ` here.', '"told"'],
    ['a comment without a subject', 'a.ts', '/** What waits. */', '"What"'],
  ])('finds %s', (_what, file, text, fault) => {
    const faults = languageFaultsOf({ file, text });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`${fault}: write `);
  });

  it.each([
    ['code', 'a.ts', 'if (a) b(); else say(tells);'],
    ['code in a comment', 'a.ts', '/** Returns `anew`. */'],
    ['code in a document', 'a.md', 'Call `say`.\n\n```sh\nif a; then b; else c; fi\n```\n'],
    ['SQL', 'a.ts', 'sql(`SELECT CASE WHEN a THEN b ELSE c END beside`);'],
    ['control flow of a template', 'a.html', '@if (a) {<p>b</p>} @else {<p>c</p>}'],
    ['something else', 'a.md', 'Nothing else holds it, and no one else.'],
    ['a clock ahead', 'a.md', 'The clock is an hour ahead.'],
    ['one of each', 'a.md', 'There is one of each kind.'],
    ['a status of HTTP', 'a.md', 'It answers 410 Gone.'],
    ['an address', 'a.md', 'See https://a.example/gone for it.'],
    ['words of two list items', 'a.md', '- one of those\n- that is all'],
    ['an ordinal', 'a.md', 'After 2 of them a second process starts.'],
    ['a name with the word in it', 'a.md', 'The stand-alone roadmap understands.'],
    ['a question', 'a.ts', '// What if it comes twice?'],
  ])('leaves %s', (_what, file, text) => {
    expect(languageFaultsOf({ file, text })).toEqual([]);
  });
});
