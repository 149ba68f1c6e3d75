// Part of npm run verify: every export of a library's entry is imported outside the library.
import { join, posix } from 'node:path';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { parseSource } from './parse-source.mjs';
import { readSource, rootDir, sourceFiles } from './source-files.mjs';

/** @typedef {{ file: string, text: string }} Source `file` is relative to the root, with slashes */
/** @typedef {{ from: string, names: readonly string[] }} Import `names` holds `*` when all of the entry is taken */

/**
 * Returns the names that entries export and no file outside their library imports.
 * @param {readonly Source[]} sources all modules of the repository
 * @param {Readonly<Record<string, readonly string[]>>} paths `paths` of tsconfig.base.json: alias → files, with one `*`
 * @returns {string[]} `entry: name`, in the order of the sources
 */
export function unusedExports(sources, paths) {
  const entries = new Map(
    sources
      .filter(({ file }) => isEntry(file, paths))
      .map(({ file, text }) => [file, exportedNames(parseSource(file, text), file, sources)]),
  );
  /** @type {Map<string, Set<string>>} */
  const used = new Map();
  for (const { file, text } of sources)
    for (const { from, names } of importsOf(parseSource(file, text), text)) {
      const entry = entryOf(from, file, paths, entries);
      if (entry === undefined || file.startsWith(`${posix.dirname(entry)}/`)) continue;
      const taken = used.get(entry) ?? new Set();
      for (const name of names) taken.add(name);
      used.set(entry, taken);
    }
  return [...entries].flatMap(([entry, names]) => {
    const taken = used.get(entry) ?? new Set();
    return taken.has('*') ? [] : names.filter((name) => !taken.has(name)).map((name) => `${entry}: ${name}`);
  });
}

/**
 * @param {string} file
 * @param {Readonly<Record<string, readonly string[]>>} paths
 */
function isEntry(file, paths) {
  return Object.values(paths).some((targets) =>
    targets.some((target) => matchStar(target.replace(/^\.\//, ''), file) !== undefined),
  );
}

/**
 * @param {string} pattern with at most one `*`, which matches one segment of a path
 * @param {string} text
 * @returns {string | undefined} the text that the star matches; empty without a star
 */
function matchStar(pattern, text) {
  const [before, after] = pattern.split('*');
  if (after === undefined) return pattern === text ? '' : undefined;
  const star = text.slice(before.length, text.length - after.length);
  return text.startsWith(before) && text.endsWith(after) && star !== '' && !star.includes('/') ? star : undefined;
}

/**
 * Returns the entry that an import names by alias or by path.
 * @param {string} from
 * @param {string} importer
 * @param {Readonly<Record<string, readonly string[]>>} paths
 * @param {ReadonlyMap<string, readonly string[]>} entries
 */
function entryOf(from, importer, paths, entries) {
  if (from.startsWith('.')) {
    const path = posix.join(posix.dirname(importer), from);
    return [path, `${path}.ts`, `${path}/index.ts`].find((candidate) => entries.has(candidate));
  }
  for (const [alias, targets] of Object.entries(paths)) {
    const star = matchStar(alias, from);
    if (star === undefined) continue;
    const entry = targets
      .map((target) => target.replace(/^\.\//, '').replace('*', star))
      .find((file) => entries.has(file));
    if (entry !== undefined) return entry;
  }
  return undefined;
}

/**
 * @param {ts.SourceFile} tree
 * @param {string} file
 * @param {readonly Source[]} sources
 * @returns {string[]}
 */
function exportedNames(tree, file, sources) {
  return tree.statements.flatMap((statement) => {
    if (ts.isExportDeclaration(statement)) {
      const clause = statement.exportClause;
      if (clause && ts.isNamedExports(clause)) return clause.elements.map((element) => element.name.text);
      if (clause) return [clause.name.text];
      return starNames(statement, file, sources);
    }
    const isExported =
      ts.canHaveModifiers(statement) &&
      ts.getModifiers(statement)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
    if (!isExported) return [];
    if (ts.isVariableStatement(statement))
      return statement.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
    const { name } = /** @type {ts.DeclarationStatement} */ (statement);
    return name && ts.isIdentifier(name) ? [name.text] : [];
  });
}

/**
 * Returns the names that `export * from` takes from a file of the library.
 * @param {ts.ExportDeclaration} statement
 * @param {string} file
 * @param {readonly Source[]} sources
 * @returns {string[]}
 */
function starNames(statement, file, sources) {
  const { moduleSpecifier } = statement;
  if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
  const path = posix.join(posix.dirname(file), moduleSpecifier.text);
  const source = sources.find((candidate) => [`${path}.ts`, `${path}/index.ts`].includes(candidate.file));
  return source ? exportedNames(parseSource(source.file, source.text), source.file, sources) : [];
}

/**
 * @param {ts.SourceFile} tree
 * @param {string} text
 * @returns {Import[]}
 */
function importsOf(tree, text) {
  const declared = tree.statements.flatMap((statement) => {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) return [];
    const { moduleSpecifier } = statement;
    if (!moduleSpecifier || !ts.isStringLiteral(moduleSpecifier)) return [];
    return [{ from: moduleSpecifier.text, names: namesOf(statement, text) }];
  });
  // `import('…').Name` as a type, in TypeScript and in comments; any other `import('…')` takes all.
  const dynamic = [...text.matchAll(/\bimport\(\s*['"]([^'"]+)['"]\s*,?\s*\)(?:\.(\w+))?/g)].map(([, from, name]) => ({
    from,
    names: [name === undefined || name === 'then' ? '*' : name],
  }));
  return [...declared, ...dynamic];
}

/**
 * @param {ts.ImportDeclaration | ts.ExportDeclaration} statement
 * @param {string} text of its file
 * @returns {string[]}
 */
function namesOf(statement, text) {
  const bindings = ts.isImportDeclaration(statement) ? statement.importClause?.namedBindings : statement.exportClause;
  if (bindings === undefined) return ts.isImportDeclaration(statement) ? ['default'] : ['*'];
  if (ts.isNamespaceImport(bindings)) return membersOf(bindings.name.text, text);
  if (!ts.isNamedImports(bindings) && !ts.isNamedExports(bindings)) return ['*'];
  return bindings.elements.map((element) => (element.propertyName ?? element.name).text);
}

/**
 * Returns the members of a namespace that a file names; `*` if it uses the namespace itself.
 * @param {string} namespace
 * @param {string} text
 * @returns {string[]}
 */
function membersOf(namespace, text) {
  const uses = text.matchAll(new RegExp(`(?<![\\w./@-]|\\* as )${namespace}\\b(?:\\.(\\w+))?`, 'g'));
  return [...uses].map(([, member]) => member ?? '*');
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const { paths } = ts.readConfigFile(join(rootDir, 'tsconfig.base.json'), ts.sys.readFile).config.compilerOptions;
  const sources = sourceFiles(/\.(?:ts|mjs)$/).map((file) => ({ file, text: readSource(file) }));
  // The generators write files that import some names.
  const generators = sourceFiles(/./, 'libs/platform/workspace/generators').map(readSource).join('\n');
  const unused = unusedExports(sources, paths).filter(
    (name) => !new RegExp(`\\b${name.split(': ')[1]}\\b`).test(generators),
  );
  for (const name of unused) console.error(name);
  if (unused.length > 0)
    console.error(`\n${unused.length} exports that nothing outside their library imports: remove them.`);
  else console.log('Every export of an entry is imported outside its library.');
  process.exitCode = unused.length > 0 ? 1 : 0;
}
