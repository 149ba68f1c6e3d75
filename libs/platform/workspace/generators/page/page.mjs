// npm run generate -- page <context> <name>
import { join } from 'node:path';
import { formatFiles, generateFiles, names } from '@nx/devkit';
import { insertAfter } from '../edits.mjs';
import { capital, checkNames, contextNames, requireContext } from '../names.mjs';

/** Names that the page's file imports. */
const IMPORTED = ['Component', 'Empty', 'PageTrail'];

/**
 * Writes a page of a context and its lazy route below the context's own.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ context: string, name: string }} options
 * @throws Error when the context or its routes are missing, or the name is in use already
 */
export default async function page(tree, { context, name }) {
  checkNames(name);
  const ui = `${requireContext(tree, context)}/ui`;
  const file = `${ui}/${name}.ts`;
  if (tree.exists(file)) throw new Error(`${file} exists already: choose another name.`);
  const { className } = names(name);
  if (IMPORTED.includes(className)) throw new Error(`A page imports "${className}": choose another name.`);
  const words = { ...contextNames(context), name, className, title: capital(name.replaceAll('-', ' ')) };
  generateFiles(tree, join(import.meta.dirname, 'files'), ui, words);
  const load = `loadComponent: () => import('./${name}').then((page) => page.${className})`;
  // First, so that no parameter of another route takes its path.
  insertAfter(tree, `${ui}/index.ts`, /Routes: Routes = \[/, `\n  { path: '${name}', ${load} },`);
  await formatFiles(tree);
}
