import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, messageOf } from './error-text.mjs';
import { giveToOwner } from './owner.mjs';

/**
 * Returns the parsed file, or undefined when it does not exist.
 * @param {string} path
 * @throws Error naming the file when it is not JSON
 */
export function readJson(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not valid JSON (${messageOf(error)}). Restore it or remove it.`, { cause: error });
  }
}

/**
 * Replaces the file by a rename (a reader never sees half of it), readable only by its owner.
 * @param {string} path
 * @param {unknown} value
 */
export function writePrivateJson(path, value) {
  writePrivateText(path, `${JSON.stringify(value, null, 2)}\n`);
}

/**
 * @param {string} path
 * @param {string} text
 */
export function writePrivateText(path, text) {
  replaceFile(path, text, 0o600);
}

/**
 * Replaces a file without secrets by a rename, readable by all users.
 * @param {string} path
 * @param {string} text
 */
export function writePublicText(path, text) {
  replaceFile(path, text, 0o644);
}

/**
 * @param {string} path
 * @param {string} text
 * @param {number} mode
 */
function replaceFile(path, text, mode) {
  mkdirSync(dirname(path), { recursive: true });
  const partial = `${path}.${process.pid}.partial`;
  writeFileSync(partial, text, { mode });
  giveToOwner(partial);
  renameSync(partial, path);
}
