// Edits of files that exist: each names the place it needs, so that a file that looks different is refused instead of broken.

/**
 * The text of a file.
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @throws Error when there is none
 */
export function textOf(tree, file) {
  const text = tree.read(file, 'utf8');
  if (text === null) throw new Error(`There is no ${file}.`);
  return text;
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {RegExp} anchor
 * @param {string} text
 * @throws Error when the file has no such place; the message names what to add by hand
 */
export function insertBefore(tree, file, anchor, text) {
  edit(tree, file, anchor, text, (found) => text + found);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {RegExp} anchor
 * @param {string} text
 * @throws Error when the file has no such place; the message names what to add by hand
 */
export function insertAfter(tree, file, anchor, text) {
  edit(tree, file, anchor, text, (found) => found + text);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {RegExp} anchor
 * @param {string} text
 * @param {(found: string) => string} replacement
 */
function edit(tree, file, anchor, text, replacement) {
  const source = tree.read(file, 'utf8');
  if (source === null) throw new Error(`There is no ${file}. Add to it by hand:\n${text}`);
  const found = anchor.exec(source);
  if (found === null) throw new Error(`${file} has no place like ${anchor}. Add by hand:\n${text}`);
  const [match] = found;
  tree.write(file, source.slice(0, found.index) + replacement(match) + source.slice(found.index + match.length));
}

/**
 * Adds an import before the first one that sorts behind it; the names go into the import of that module where there is one.
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {string} name
 * @param {string} from
 */
export function addImport(tree, file, name, from) {
  const source = tree.read(file, 'utf8') ?? '';
  const same = new RegExp(`import (type )?\\{([^}]*)\\} from '${from.replaceAll(/[/.]/g, '\\$&')}';`).exec(source);
  if (same !== null && same[1] === undefined) {
    if (same[2].split(',').some((each) => each.trim() === name)) return;
    const names = `${same[2].trim().replace(/,$/, '')}, ${name}`;
    tree.write(file, source.replace(same[0], `import { ${names} } from '${from}';`));
    return;
  }
  const line = `import { ${name} } from '${from}';\n`;
  const imports = [...source.matchAll(/^import [^;]* from '([^']+)';\n/gms)];
  const next = imports.find(([, specifier]) => isBefore(from, specifier));
  const last = imports.at(-1);
  const at = next?.index ?? (last === undefined ? 0 : last.index + last[0].length);
  tree.write(file, source.slice(0, at) + line + source.slice(at));
}

/**
 * Packages first, then what is relative.
 * @param {string} one
 * @param {string} other
 */
function isBefore(one, other) {
  const [isRelative, isOtherRelative] = [one, other].map((each) => each.startsWith('.'));
  return isRelative === isOtherRelative ? one < other : isOtherRelative;
}

/** @type {Record<'api' | 'cli' | 'worker' | 'projector', { file: string, list: RegExp }>} */
const APP_LISTS = {
  api: { file: 'apps/api/api.module.ts', list: /(?<=const contexts = [^=]*=> \[\n(?:(?!^\];)[^\n]*\n)*)^\];/m },
  cli: { file: 'apps/cli/contexts.ts', list: /(?<=const contexts = [^=]*=> \[\n(?:(?!^\];)[^\n]*\n)*)^\];/m },
  worker: {
    file: 'apps/worker/worker.module.ts',
    list: /(?<=const contexts = [^=]*=> \[\n(?:(?!^\];)[^\n]*\n)*)^\];/m,
  },
  projector: {
    file: 'apps/projector/projector.module.ts',
    list: /(?<=const CONTEXTS[^=]*= \[\n(?:(?!^\];)[^\n]*\n)*)^\];/m,
  },
};

/**
 * The one line of a context in an app, with its import.
 * @param {import('@nx/devkit').Tree} tree
 * @param {keyof typeof APP_LISTS} app
 * @param {Pick<import('./names.mjs').ContextNames, 'context' | 'contextClass'>} names
 */
export function plugInto(tree, app, { context, contextClass }) {
  const { file, list } = APP_LISTS[app];
  const module = `${contextClass}${app.charAt(0).toUpperCase()}${app.slice(1)}Module`;
  insertBefore(tree, file, list, `  ${module},\n`);
  addImport(tree, file, module, `@icmp-mon/${context}/server/${app}`);
}

/**
 * Exports a name from the library's only file that others import.
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {string} line
 */
export function addExport(tree, file, line) {
  const source = tree.read(file, 'utf8') ?? '';
  if (!source.includes(line)) tree.write(file, `${source}${line}\n`);
}

/**
 * Adds to the arrays of a module's decorator.
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {'providers' | 'controllers' | 'imports'} key
 * @param {string} entry
 */
export function addToModule(tree, file, key, entry) {
  const source = tree.read(file, 'utf8') ?? '';
  if (source.includes(`${key}: [`)) insertAfter(tree, file, new RegExp(`${key}: \\[`), `${entry}, `);
  else insertAfter(tree, file, /@Module\(\{/, ` ${key}: [${entry}], `);
}
