import { lstatSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { TextDecoder } from 'node:util';
import { Refusal } from '../api/refusal';
import { FaultyConfig } from './fault';

/** Most files of one configuration. */
export const FILES_MAX = 1_000;
/** Most bytes of all its files together. */
export const BYTES_MAX = 64 * 1024 * 1024;
/** Most levels of folders. */
const DEPTH_MAX = 20;

const YAML_NAME = /\.ya?ml$/i;

/** A file of the configuration: its name as given, and its text without a byte order mark. */
export interface SourceFile {
  name: string;
  text: string;
}

/**
 * Reads the files, and in folders all *.yaml and *.yml, in the order of their names. Names that begin with a full stop are left out.
 * @throws Refusal, FaultyConfig
 */
export function readSourceFiles(paths: readonly string[]): SourceFile[] {
  const names = [...new Set(paths.flatMap((each) => filesIn(path.normalize(each), isFolder(each), 0)))];
  if (names.length === 0) throw new Refusal(`There is no *.yaml or *.yml file in ${paths.join(', ')}.`);
  if (names.length > FILES_MAX)
    throw new Refusal(`There are ${names.length} files, at most ${FILES_MAX}: name fewer folders.`);
  const bytes = names.reduce((sum, name) => sum + sizeOf(name), 0);
  if (bytes > BYTES_MAX)
    throw new Refusal(
      `The files have ${bytes} bytes together, at most ${BYTES_MAX}: apply them in parts, each with a scope of its own.`,
    );
  return names.map((name) => ({ name, text: decoded(name, readFileSync(name)) }));
}

function isFolder(name: string): boolean {
  try {
    return statSync(name).isDirectory();
  } catch (error) {
    throw new Refusal(`${name} cannot be read: ${(error as Error).message}.`);
  }
}

function filesIn(name: string, isDirectory: boolean, depth: number): string[] {
  if (!isDirectory) return [name];
  if (depth > DEPTH_MAX) throw new Refusal(`${name} is more than ${DEPTH_MAX} folders deep.`);
  const entries = readdirSync(name, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  return entries.flatMap((entry) => {
    const below = path.join(name, entry.name);
    if (entry.name.startsWith('.') || entry.name === 'node_modules') return [];
    // A link to a folder may lead back; a link to a file is read like a file.
    if (entry.isDirectory()) return filesIn(below, true, depth + 1);
    return YAML_NAME.test(entry.name) && !isFolder(below) ? [below] : [];
  });
}

function sizeOf(name: string): number {
  const found = lstatSync(name).isSymbolicLink() ? statSync(name) : lstatSync(name);
  if (found.isFile()) return found.size;
  throw new Refusal(`${name} is not a file.`);
}

const UTF_16 = [
  [0xff, 0xfe],
  [0xfe, 0xff],
];

function decoded(file: string, bytes: Buffer): string {
  const refuse = (line: number, text: string): never => {
    throw new FaultyConfig([{ place: { file, line, column: 1 }, text }]);
  };
  if (UTF_16.some((mark) => mark.every((byte, at) => bytes[at] === byte)))
    refuse(1, 'The file is UTF-16. Save it as UTF-8.');
  const nul = bytes.indexOf(0);
  if (nul !== -1) refuse(lineOf(bytes, nul), 'The file contains a NUL: it is not a text in UTF-8.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
  } catch {
    return refuse(lineOf(bytes, firstBadByte(bytes)), 'The file is not valid UTF-8 at this line. Save it as UTF-8.');
  }
}

const lineOf = (bytes: Buffer, offset: number): number =>
  bytes.subarray(0, offset).filter((byte) => byte === 10).length + 1;

/** Returns the offset of the first byte that a text in UTF-8 does not have. */
function firstBadByte(bytes: Buffer): number {
  const replaced = Buffer.from(bytes.toString('utf8'));
  let at = 0;
  while (at < bytes.length && bytes[at] === replaced[at]) at += 1;
  return at;
}
