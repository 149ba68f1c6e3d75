import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compressFiles } from './compress-files.mjs';

const SCRIPT = 'export const answer = 42;\n'.repeat(200);
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'icmp-mon-compress-test-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the files of a build', () => {
  it('get compressed ones next to them, where that is smaller', async () => {
    await writeFile(path.join(folder, 'main.js'), SCRIPT);
    await writeFile(path.join(folder, 'small.css'), 'a{}');
    await writeFile(path.join(folder, 'picture.png'), SCRIPT);
    await compressFiles(folder);
    expect((await readdir(folder)).sort()).toEqual(['main.js', 'main.js.br', 'main.js.gz', 'picture.png', 'small.css']);
    const bytes = (name: string): Promise<Buffer> => readFile(path.join(folder, name));
    expect(brotliDecompressSync(await bytes('main.js.br')).toString()).toBe(SCRIPT);
    expect(gunzipSync(await bytes('main.js.gz')).toString()).toBe(SCRIPT);
  });

  it('keep none of an earlier build', async () => {
    await writeFile(path.join(folder, 'gone.js.br'), 'old');
    await compressFiles(folder);
    expect(await readdir(folder)).toEqual([]);
  });
});
