import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { codeOf, messageOf } from './error-text.mjs';
import { giveToOwner } from './owner.mjs';

/**
 * The parsed file, or undefined when there is none. A file that is not JSON is an error that names it.
 * @param {string} path
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
    throw new Error(`${path} is not valid JSON (${messageOf(error)}); restore it or remove it`, { cause: error });
  }
}

/**
 * Replaces the file in one step (a reader never sees half of it), readable by its owner alone.
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
 * The same for a file without secrets, which programs of other users read.
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
