// npm run generate -- context <name> [--aggregate=<singular>]
import { join } from 'node:path';
import { formatFiles, generateFiles } from '@nx/devkit';
import { insertBefore, plugInto } from '../edits.mjs';
import { addMigration } from '../migration.mjs';
import { checkNames, contextNames } from '../names.mjs';
import { requireNewContext, requireNewTable } from '../taken.mjs';

const LIBRARIES = ['contract', 'server', 'ui'];

/**
 * Writes a context that runs: contract, an aggregate with one verb, one read model, routes, a page, its migration, and its lines in the api, the
 * command line tool, the portal and the list of permissions.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string, aggregate?: string, nowMs?: number }} options
 * @throws Error when a name is not in kebab case or is in use already
 */
export default async function context(tree, { name, aggregate, nowMs }) {
  checkNames(name, aggregate ?? 'unset');
  if (name === 'platform') throw new Error('"platform" holds what no context owns: choose another name.');
  const root = `libs/${name}`;
  if (tree.exists(root)) throw new Error(`${root} exists already: choose another name.`);
  const words = contextNames(name, aggregate);
  requireNewContext(tree, words);
  requireNewTable(tree, words.table, 'name what the context keeps by --aggregate=<another word>');
  generateFiles(tree, join(import.meta.dirname, 'files'), root, words);
  for (const library of LIBRARIES) tree.write(`${root}/${library}/project.json`, projectJson(name, library));
  addMigration(tree, { context: name, what: words.aggregate, sql: tableOf(words), nowMs });
  plugInto(tree, 'api', words);
  addPermissions(tree, name);
  addToPortal(tree, words);
  plugInto(tree, 'cli', words);
  await formatFiles(tree);
}

/**
 * @param {string} context
 * @param {string} library
 */
function projectJson(context, library) {
  const project = {
    name: `${context}-${library}`,
    $schema: '../../../node_modules/nx/schemas/project-schema.json',
    sourceRoot: `libs/${context}/${library}`,
    projectType: 'library',
    tags: [`type:${library}`, `context:${context}`],
  };
  return `${JSON.stringify(project, null, 2)}\n`;
}

/** @param {import('../names.mjs').ContextNames} names */
const tableOf = ({ table }) => `
      CREATE TABLE ${table} (
        id uuid PRIMARY KEY,
        name text NOT NULL,
        version bigint NOT NULL,
        registered_at timestamptz NOT NULL
      )`;

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} name
 */
function addPermissions(tree, name) {
  const lines = `  '${name}:read': 'viewer',\n  '${name}:write': 'engineer',\n`;
  insertBefore(tree, 'libs/identity/contract/permissions.ts', /^ {2}'access:manage': /m, lines);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {import('../names.mjs').ContextNames} names
 */
function addToPortal(tree, { context, contextProperty, ContextWords }) {
  const load = `() => import('@icmp-mon/${context}/ui').then((ui) => ui.${contextProperty}Routes)`;
  const route = `      { path: '${context}', loadChildren: ${load} },\n`;
  insertBefore(tree, 'apps/portal/app.routes.ts', /^ *\.\.\.settingsRoutes,/m, route);
  const place = `  { path: '/${context}', text: '${ContextWords}', icon: 'copy', exact: false, needs: '${context}:read' },\n`;
  insertBefore(tree, 'apps/portal/shell/places.ts', /^\];/m, place);
}
