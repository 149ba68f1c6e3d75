// Part of npm run verify: comments, texts and documents use no word of the word list; docs/glossary.md has the right ones.
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import { textsOf } from './language/texts.mjs';
import { wordList } from './language/word-list.mjs';
import { readSource, sourceFiles } from './source-files.mjs';

/** Released migrations never change; the word list and its tests hold the words on purpose. */
const LEFT_OUT =
  /^(?:migrations\/(?:control|telemetry)\/|libs\/platform\/workspace\/language\/|LICENSE$|package-lock\.json$)/;

/**
 * Returns the places of one file where a word of the list is used.
 * @param {{ file: string, text: string }} source `file` is relative to the root, with slashes
 * @returns {string[]} `file:line: "found": write …`, one per place
 */
export function languageFaultsOf({ file, text }) {
  return textsOf(file, text).flatMap((part) => {
    const lines = part.text.split('\n').map((line) => line.trim());
    const joined = lines.join(' ');
    return wordList
      .filter(({ comments }) => !comments || part.isComment)
      .flatMap(({ pattern, instead }) =>
        [...joined.matchAll(pattern)].map(
          ({ 0: found, index }) => `${file}:${part.line + lineAt(lines, index)}: "${found.trim()}": write ${instead}`,
        ),
      );
  });
}

/**
 * Returns the line that holds an offset of the lines joined by blanks, from 0.
 * @param {readonly string[]} lines
 * @param {number} offset
 */
function lineAt(lines, offset) {
  let end = 0;
  return lines.findIndex((line) => (end += line.length + 1) > offset);
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const parts = argv.slice(2);
  const files = sourceFiles(/./).filter(
    (file) => !LEFT_OUT.test(file) && (parts.length === 0 || parts.some((part) => file.includes(part))),
  );
  const faults = files.flatMap((file) => languageFaultsOf({ file, text: readSource(file) }));
  for (const fault of faults) console.error(fault);
  if (faults.length > 0) console.error(`\n${faults.length} places: docs/glossary.md has the words.`);
  else console.log(`${files.length} files use no word of the list.`);
  process.exitCode = faults.length > 0 ? 1 : 0;
}
