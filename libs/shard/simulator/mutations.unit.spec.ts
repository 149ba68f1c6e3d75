import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { MUTATIONS } from './mutations.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

describe('a mutation of the host', () => {
  it.each(MUTATIONS)('$name still finds the code that it removes', ({ file, find, replace }) => {
    const source = readFileSync(path.join(root, file), 'utf8');
    expect(source.split(find)).toHaveLength(2);
    expect(replace).not.toBe(find);
  });
});
