import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const rootDir = join(import.meta.dirname, '../../..');
/** Folders at the root that commands make, some of them as the operator names them (.gitignore). */
const MADE = /^(?:dist|\.icmp-mon|\.git|\.nx|\.angular|artefacts|backup.*|icmp-mon-agent.*)$/;

/**
 * Returns the files of the repository, without generated ones. Works in a tree without git, too.
 * @param {RegExp} pattern of the path
 * @param {string} [dir] relative to the root
 * @returns {string[]} paths relative to the root, with slashes, sorted within their folder
 */
export function sourceFiles(pattern, dir = '') {
  return readdirSync(join(rootDir, dir), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      if (entry.name === 'node_modules' || (dir === '' && MADE.test(entry.name))) return [];
      const path = dir === '' ? entry.name : `${dir}/${entry.name}`;
      if (entry.isDirectory()) return sourceFiles(pattern, path);
      return entry.isFile() && pattern.test(path) ? [path] : [];
    });
}

/**
 * @param {string} path relative to the root
 * @returns {string}
 */
export function readSource(path) {
  return readFileSync(join(rootDir, path), 'utf8');
}
