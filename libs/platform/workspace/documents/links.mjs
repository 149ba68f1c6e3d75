// Links of a document: their targets exist, and so do the headings that they name.
import { posix } from 'node:path';
import { FENCE } from './markdown.mjs';

/** @typedef {{ exists(path: string): boolean, read(path: string): string }} Files */

/**
 * Returns the faults of the links of one document, one sentence per fault.
 * @param {string} file
 * @param {string} text the whole document
 * @param {string} prose the document without code
 * @param {Files} files
 */
export function linkFaults(file, text, prose, files) {
  return [...prose.matchAll(/\]\(([^()\s]+)(?:\s+"[^"]*")?\)/g)].flatMap(([, link]) =>
    faultsOf(file, text, link, files),
  );
}

/**
 * @param {string} file
 * @param {string} text
 * @param {string} link
 * @param {Files} files
 * @returns {string[]}
 */
function faultsOf(file, text, link, files) {
  if (/^[a-z]+:/i.test(link)) return [];
  const [path, anchor] = link.split('#');
  const isOwn = path === '';
  const target = isOwn ? file : posix.join(posix.dirname(file), decoded(path));
  if (!isOwn && !files.exists(target)) return [`the link ${link} leads nowhere`];
  if (anchor === undefined || !target.endsWith('.md')) return [];
  const anchors = anchorsOf(isOwn ? text : files.read(target));
  return anchors.includes(decoded(anchor)) ? [] : [`the link ${link} names no heading`];
}

/** @param {string} text percent-encoded, or not */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Returns the anchors that GitHub derives from the headings; repeated ones are numbered.
 * @param {string} text
 */
function anchorsOf(text) {
  const withoutCode = text.replace(FENCE, '');
  /** @type {string[]} */
  const anchors = [];
  for (const [, heading] of withoutCode.matchAll(/^#{1,6} +(.+?) *$/gm)) {
    const base = heading
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = base;
    for (let count = 1; anchors.includes(anchor); count++) anchor = `${base}-${count}`;
    anchors.push(anchor);
  }
  return anchors;
}
