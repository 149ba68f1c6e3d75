import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSourceFiles } from './source-files';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'icmpmon-config-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const write = (name: string, content: string | Buffer): string => {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
};

describe('the files of a configuration', () => {
  it('are those named, and in folders all YAML files in the order of their names, each once', () => {
    for (const name of ['b.yaml', 'a/z.yml', 'a/readme.md', '.git/x.yaml', 'a/.hidden.yaml']) write(name, name);
    symlinkSync(folder, path.join(folder, 'a/loop'));
    const names = readSourceFiles([folder, path.join(folder, 'b.yaml')]).map(({ name }) => path.relative(folder, name));
    expect(names).toEqual(['a/z.yml', 'b.yaml']);
  });

  it('may begin with a byte order mark and have line ends of Windows', () => {
    const file = write('a.yaml', '\ufeffversion: 1\r\n');
    expect(readSourceFiles([file])).toEqual([{ name: file, text: 'version: 1\n' }]);
  });

  it.each([
    [Buffer.from('\ufeffversion: 1', 'utf16le'), ':1:1: The file is UTF-16. Save it as UTF-8.'],
    [Buffer.from('version: 1\nx: \0'), ':2:1: The file contains a NUL'],
    [Buffer.from('version: 1\nx: "K\xf6ln"\n', 'latin1'), ':2:1: The file is not valid UTF-8 at this line'],
  ])('are refused in another encoding', (bytes, expected) => {
    const file = write('a.yaml', bytes);
    expect(() => readSourceFiles([file])).toThrow(`${file}${expected}`);
  });

  it('must exist, and must not be too large together', () => {
    expect(() => readSourceFiles([path.join(folder, 'x')])).toThrow(/cannot be read/);
    expect(() => readSourceFiles([folder])).toThrow(/There is no \*\.yaml or \*\.yml file/);
    const file = write('large.yaml', Buffer.alloc(64 * 1024 * 1024 + 1, 'x'));
    expect(() => readSourceFiles([file])).toThrow(/67108865 bytes together, at most 67108864/);
    expect(() => readSourceFiles(['/dev/zero'])).toThrow(/is not a file/);
  });
});
