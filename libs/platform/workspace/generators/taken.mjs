// Refuses names that are in use already, before a generator writes anything: what it would write could not be compiled, migrated or served.
import { visitNotIgnoredFiles } from '@nx/devkit';

/** @param {string} text */
const words = (text) => new Set(text.split(/\s+/));

/** Reserved key words of PostgreSQL: no names of tables. */
const SQL_WORDS =
  words(`all analyse analyze and any array as asc asymmetric authorization binary both case cast check collate collation column
  concurrently constraint create cross default deferrable desc distinct do else end except false fetch for foreign freeze from full grant group having
  ilike in initially inner intersect into is isnull join lateral leading left like limit localtime localtimestamp natural not notnull null offset on
  only or order outer overlaps placing primary references returning right select similar some symmetric system table then to trailing true union
  unique user using variadic verbose when where window with`);

/** Reserved words of JavaScript modules: no names of functions. */
const CODE_WORDS =
  words(`arguments await break case catch class const continue debugger default delete do else enum eval export extends false finally
  for function if implements import in instanceof interface let new null package private protected public return static super switch this throw true
  try typeof var void while with yield`);

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} table
 * @param {string} advice
 * @throws Error when a migration makes a table or view of that name, or SQL reserves it
 */
export function requireNewTable(tree, table, advice) {
  if (SQL_WORDS.has(table))
    throw new Error(`"${table}" is a reserved word of SQL, so no table can have this name: ${advice}.`);
  const made = new RegExp(`\\b(?:TABLE|VIEW) (?:IF NOT EXISTS )?${table}\\b`);
  const file = fileWith(tree, 'migrations', /\.ts$/, made);
  if (file !== undefined) throw new Error(`${file} makes "${table}" already: ${advice}.`);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {Pick<import('./names.mjs').ContextNames, 'context' | 'category'>} names
 * @throws Error when another context has this category of streams, these permissions, this path in the API or in the portal
 */
export function requireNewContext(tree, { context, category }) {
  const advice = 'choose another name';
  const route = new RegExp(
    `\\bapi/v1/${context}['/]|@Controller\\('api/v1'\\)[^]*@(?:Get|Post|Put|Patch|Delete)\\('${context}['/]`,
  );
  const checks = [
    [
      fileWith(tree, 'libs', /\/contract\/[^/]+\.ts$/, new RegExp(`_STREAM = '${category}';`)),
      `the streams "${category}"`,
    ],
    [
      fileWith(tree, 'libs/identity/contract', /\/permissions\.ts$/, new RegExp(`'${context}:(?:read|write)':`)),
      'its permissions',
    ],
    [fileWith(tree, 'libs', /\/(?!ui\/)[^/]+\/[^/]+\.ts$/, route), `the path /api/v1/${context}`],
    [fileWith(tree, 'libs/identity/ui', /\/index\.ts$/, new RegExp(`path: '${context}'`)), `the page /${context}`],
    [fileWith(tree, 'apps/portal', /\/app\.routes\.ts$/, new RegExp(`path: '${context}'`)), `the page /${context}`],
  ];
  for (const [file, what] of checks) {
    if (file !== undefined) throw new Error(`${file} has ${what} already: ${advice}.`);
  }
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {string} name
 * @param {string} advice
 * @throws Error when the file declares or imports this name, or the language reserves it
 */
export function requireNewName(tree, file, name, advice) {
  if (CODE_WORDS.has(name))
    throw new Error(`"${name}" is a reserved word, so no function can have this name: ${advice}.`);
  const source = tree.read(file, 'utf8') ?? '';
  const used = new RegExp(
    `^export (?:function|const|class|interface|type) ${name}\\b|^function ${name}\\(|^ {2}${name}\\(|^import [^;]*\\b${name}\\b[^;]* from`,
    'm',
  );
  if (used.test(source)) throw new Error(`${file} has "${name}" already: ${advice}.`);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} of
 * @param {string} topic
 * @throws Error when the contract of that context exports no such topic; the message lists the topics that there are
 */
export function requireTopic(tree, of, topic) {
  const contract = `libs/${of}/contract`;
  /** @type {{ context: string, name: string }[]} */
  const found = [];
  visitNotIgnoredFiles(tree, 'libs', (file) => {
    const [, context] = /^libs\/([^/]+)\/contract\/[^/]+\.ts$/.exec(file.replaceAll('\\', '/')) ?? [];
    if (context === undefined) return;
    for (const [, name] of (tree.read(file, 'utf8') ?? '').matchAll(/^export const (\w+_TOPIC) = /gm))
      found.push({ context, name });
  });
  if (found.some(({ context, name }) => context === of && name === topic)) return;
  const known = found.map(({ context, name }) => `  --of=${context} --topic=${name}`).sort();
  throw new Error(`${contract} exports no ${topic}. There are:\n${known.join('\n')}`);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} root
 * @param {RegExp} name
 * @param {RegExp} text
 * @returns {string | undefined}
 */
function fileWith(tree, root, name, text) {
  /** @type {string | undefined} */
  let found;
  visitNotIgnoredFiles(tree, root, (file) => {
    if (found !== undefined || !name.test(file) || /\.spec\.ts$/.test(file)) return;
    if (text.test(tree.read(file, 'utf8') ?? '')) found = file;
  });
  return found;
}
