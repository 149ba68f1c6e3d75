import { expect, it } from 'vitest';
import { unusedExports } from './check-exports.mjs';

const PATHS = { '@p/*/contract': ['./libs/*/contract/index.ts'], '@p/*': ['./libs/*/index.ts'] };
const ENTRY = 'libs/a/index.ts';

/** Returns the unused exports of `libs/a` when one other file holds `importer`. */
function unusedOf(entry: string, importer: string, file = 'libs/b/b.ts'): string[] {
  return unusedExports(
    [
      { file: ENTRY, text: entry },
      { file: 'libs/a/one.ts', text: 'export const one = 1; export interface Two {}' },
      { file, text: importer },
    ],
    PATHS,
  );
}

it.each([
  ['a name', `import { one } from '@p/a';`],
  ['a type', `import { type one } from '@p/a';`],
  ['a renamed name', `import { one as first } from '@p/a';`],
  ['all of the entry', `import * as a from '@p/a';\nshow(a);`],
  ['a member of the entry', `import * as a from '@p/a';\nshow(a.one);`],
  ['an export of it', `export { one } from '@p/a';`],
  ['the path of the entry', `import { one } from '../a';`],
  ['a dynamic import', `const { one } = await import('@p/a');`],
  ['a type within a comment', `/** @type {import('@p/a').one} */`],
])('counts as a use: %s', (_what, importer) => {
  expect(unusedOf(`export { one } from './one';`, importer)).toEqual([]);
});

it('reports exports without an import, also exports by star and exported declarations', () => {
  expect(
    unusedOf(`export * from './one';\nexport class Three {}\nexport const four = 4;`, `import { one } from '@p/a';`),
  ).toEqual([`${ENTRY}: Two`, `${ENTRY}: Three`, `${ENTRY}: four`]);
});

it('counts only the members that are named of an import of all', () => {
  const entry = `export { one } from './one';\nexport const four = 4;`;
  expect(unusedOf(entry, `import * as a from '@p/a';\nshow(a.one);`)).toEqual([`${ENTRY}: four`]);
});

it('does not count an import within the library', () => {
  expect(unusedOf(`export { one } from './one';`, `import { one } from './index';`, 'libs/a/two.ts')).toEqual([
    `${ENTRY}: one`,
  ]);
});

it('does not confuse it with another entry of the library', () => {
  expect(unusedOf(`export { one } from './one';`, `import { one } from '@p/a/contract';`)).toEqual([`${ENTRY}: one`]);
});
