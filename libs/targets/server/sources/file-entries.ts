import { constants, open, readdir, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { SourceDefinition } from '@icmp-mon/targets/contract';
import { parse } from 'yaml';
import { groupEntries } from './group-entries';
import type { SourceEntry } from './source-entry';
import { SourceFault } from './source-fault';

const FILES_MAX = 1_000;
const BYTES_MAX = 64 * 1024 * 1024;
/** Largest YAML file: its parser needs 100 times the memory, and the worker does nothing else while it runs. */
const YAML_BYTES_MAX = 4 * 1024 * 1024;
/** A named pipe would be waited for without an end, and a link may have taken the place of the file since it was checked. */
const READ_FLAGS = constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW;
/** Names of files that may be read, as for Prometheus. */
export const FILE_NAME = /\.(json|ya?ml)$/;

/**
 * Reads the target groups of the files that match the pattern of a source, in the order of their names.
 * @param folder the folder of the setting, below which all files must be; undefined if it is not set
 * @throws SourceFault if no file matches, or one cannot be read, is being written or has another shape
 */
export async function* readFileEntries(
  folder: string | undefined,
  source: SourceDefinition,
): AsyncGenerator<SourceEntry[]> {
  const files = await matchingFiles(folder, source.location);
  let bytes = 0;
  let entries = 0;
  for (const file of files) {
    const name = path.basename(file);
    const text = await readWhole(file, name, BYTES_MAX - bytes);
    bytes += Buffer.byteLength(text);
    for (const piece of groupEntries(parsed(text, name), source, `The file ${name}`, entries)) {
      entries = piece.at(-1)?.entry ?? entries;
      yield piece;
    }
  }
}

async function matchingFiles(folder: string | undefined, pattern: string): Promise<string[]> {
  if (folder === undefined) {
    throw new SourceFault(
      'The worker has no folder for files.',
      'Set ICMPMON_SOURCES_DIR for the worker, and put the files below it.',
    );
  }
  const [dir, last] = [path.join(folder, path.dirname(pattern)), path.basename(pattern)];
  const [start = '', end] = last.split('*');
  const isMatching = (name: string): boolean =>
    end === undefined ? name === last : name.length >= last.length - 1 && name.startsWith(start) && name.endsWith(end);
  try {
    const root = await realpath(folder);
    const names = (await readdir(dir)).filter((name) => isMatching(name) && FILE_NAME.test(name)).sort();
    if (names.length === 0)
      throw new SourceFault(
        `No file matches ${pattern}.`,
        'Check the path; the last list is kept until a file is there.',
      );
    if (names.length > FILES_MAX)
      throw new SourceFault(
        `${names.length} files match ${pattern}.`,
        `A source reads at most ${FILES_MAX}: narrow the pattern.`,
      );
    const files = await Promise.all(names.map((name) => realpath(path.join(dir, name))));
    const outside = files.findIndex((file) => !file.startsWith(`${root}${path.sep}`));
    if (outside >= 0)
      throw new SourceFault(
        `${names[outside]} is a link to a file outside of the folder.`,
        'Put the file itself below the folder of ICMPMON_SOURCES_DIR.',
      );
    return files;
  } catch (error) {
    throw error instanceof SourceFault ? error : unreadable(pattern, error);
  }
}

/** Reads a file that does not change meanwhile. */
async function readWhole(file: string, name: string, bytesMax: number): Promise<string> {
  try {
    await using handle = await open(file, READ_FLAGS);
    const before = await handle.stat();
    if (!before.isFile()) throw new SourceFault(`${name} is not a file.`, 'Name files only.');
    if (before.size > bytesMax)
      throw new SourceFault('The files are larger than 64 MiB together.', 'Split them into several sources.');
    if (!isJson(name) && before.size > YAML_BYTES_MAX)
      throw new SourceFault(
        `${name} is larger than 4 MiB, the most for YAML.`,
        'Write it as JSON, or split it into several files.',
      );
    const bytes = await handle.readFile();
    const after = await handle.stat();
    if (after.size !== before.size || after.mtimeMs !== before.mtimeMs || bytes.length !== before.size) {
      throw new SourceFault(
        `${name} was written while it was read.`,
        'Write another file, then rename it: this replaces a file in one step.',
      );
    }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw error instanceof SourceFault ? error : unreadable(name, error);
  }
}

const isJson = (name: string): boolean => name.endsWith('.json');

function parsed(text: string, name: string): unknown {
  try {
    return isJson(name) ? JSON.parse(text) : parse(text);
  } catch (error) {
    const detail = error instanceof Error ? error.message.split('\n')[0] : '';
    throw new SourceFault(
      `The file ${name} is not valid ${isJson(name) ? 'JSON' : 'YAML'}: ${detail}`,
      'Correct the file, or write it completely before it gets its name.',
      { cause: error },
    );
  }
}

function unreadable(name: string, cause: unknown): SourceFault {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'it is not valid UTF-8';
  return new SourceFault(
    `${name} cannot be read (${code}).`,
    'Check that the path exists, and that the user of the worker may read it.',
    { cause },
  );
}
