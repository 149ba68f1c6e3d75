// Part of npm run verify: documents cite only what exists (paths in links and in code, anchors, `npm run` commands with
// their arguments, settings), and their lines fit a screen.
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';
import { commandFaults, refusalOf } from './documents/command-lines.mjs';
import { linkFaults } from './documents/links.mjs';
import { FENCE, INLINE_CODE, lineBreaksOf } from './documents/markdown.mjs';
import { readSource, rootDir, sourceFiles } from './source-files.mjs';

const SOURCES = '{apps,libs,infra,packaging,e2e,bench,faults}/**/*.{ts,mjs,yaml,service,sh}';
/** Definitions of commands only name settings: docs/commands.md is generated from them. */
const DEFINITIONS = /^(infra|apps\/(cli|client))\/commands\//;
/** Folders of the repository whose paths are looked for; paths outside of them belong to other programs. */
const PLACES = 'apps|libs|docs|infra|migrations|packaging|e2e|bench|faults|\\.ci';
const PATH = new RegExp(`(?<![\\w./@-])(?:\\./)?((?:${PLACES})/[\\w./@*<>{},-]*[\\w/*>}])`, 'g');
const SETTING = /\bICMPMON_[A-Z0-9]+(?:_[A-Z0-9]+)*\b/g;
/** Longest line of a document, in characters. */
const LINE_CHARACTERS_MAX = 130;

/** @typedef {{ exists(path: string): boolean, read(path: string): string, scripts: readonly string[], settings: ReadonlySet<string>,
 *   refusal(script: string, args: readonly string[]): string | undefined }} Repository
 * `refusal` returns why the script refuses its arguments; undefined if it accepts them. */

/**
 * Returns the faults of one document, one sentence per fault.
 * @param {{ file: string, text: string }} document `file` is relative to the root, with slashes
 * @param {Repository} repository
 * @returns {string[]}
 */
export function faultsOf({ file, text }, repository) {
  const { prose, code } = split(text);
  return [
    ...linkFaults(file, text, prose, repository),
    ...unique(code.join('\n'), PATH)
      .filter((path) => !found(path, repository))
      .map((path) => `${path} does not exist`),
    ...commandFaults(code.join('\n'), repository),
    ...longLines(text),
    ...unique(text, SETTING)
      // A secret may also come from the file that the variable with _FILE names.
      .filter((setting) => ![setting, setting.replace(/_FILE$/, '')].some((name) => repository.settings.has(name)))
      .map((setting) => `${setting} is read nowhere`),
  ].map((fault) => `${file}: ${fault}`);
}

/**
 * Separates code (fenced, or within backticks, also across a line break) from prose, which has the links.
 * @param {string} text
 */
function split(text) {
  /** @type {string[]} */
  const code = [];
  /** @param {string} _whole @param {string} inside */
  const keep = (_whole, inside) => {
    code.push(inside);
    return '';
  };
  const prose = text.replace(FENCE, keep).replace(INLINE_CODE, keep);
  return { prose, code };
}

/**
 * Returns whether a path exists: `libs/<context>/contract` and `docs/*.md` do when any path matches.
 * @param {string} path
 * @param {Repository} repository
 */
function found(path, { exists }) {
  return exists(path.replace(/<[^>]*>/g, '*').replace(/\/$/, ''));
}

/**
 * Returns the lines that are too long for a screen; code and output in fences may have any length.
 * @param {string} text
 * @returns {string[]}
 */
function longLines(text) {
  const withoutFences = text.replace(FENCE, lineBreaksOf);
  return withoutFences.split('\n').flatMap((line, index) => {
    const characters = [...line].length;
    const isTooLong = characters > LINE_CHARACTERS_MAX;
    return isTooLong ? [`line ${index + 1} has ${characters} characters, at most ${LINE_CHARACTERS_MAX}`] : [];
  });
}

/**
 * @param {string} text
 * @param {RegExp} pattern
 */
function unique(text, pattern) {
  return [...new Set([...text.matchAll(pattern)].map((match) => match[1] ?? match[0]))];
}

/** @returns {Repository} */
function readRepository() {
  const sources = globSync(SOURCES, { cwd: rootDir, exclude: (path) => path.includes('node_modules') });
  const readers = sources.filter((path) => !DEFINITIONS.test(path) && !path.endsWith('.spec.ts'));
  const settings = readers.flatMap((path) => readSource(path).match(SETTING) ?? []);
  return {
    exists: (path) =>
      /[*{]/.test(path) ? globSync(path, { cwd: rootDir }).length > 0 : existsSync(join(rootDir, path)),
    read: readSource,
    scripts: Object.keys(JSON.parse(readSource('package.json')).scripts),
    settings: new Set(settings),
    refusal: refusalOf,
  };
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const repository = readRepository();
  const files = sourceFiles(/\.md$/);
  const faults = files.flatMap((file) => faultsOf({ file, text: repository.read(file) }, repository));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) console.error(`\n${faults.length} faults: fix the document, or what it names.`);
  else console.log(`${files.length} documents cite only what exists.`);
  exit(faults.length > 0 ? 1 : 0);
}
