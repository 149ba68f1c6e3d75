// npm run generate -- executor <name>
import { join } from 'node:path';
import { formatFiles, generateFiles, names } from '@nx/devkit';
import { addImport, insertBefore, textOf } from '../edits.mjs';
import { checkNames } from '../names.mjs';
import { requireNewName } from '../taken.mjs';

/**
 * Writes an executor of the agent, one function behind the signature of all protocols on sockets, with its test, and makes its check known
 * to contracts and to the agent's map of executors. What it does at first is to open a TCP connection. Nothing schedules it until a tier has its check.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string }} options
 * @throws Error when a place in the files is missing, or the executor exists
 */
export default async function executor(tree, { name }) {
  checkNames(name);
  const folder = 'libs/probing/agent/executors';
  if (tree.exists(`${folder}/${name}.ts`)) throw new Error(`${folder}/${name}.ts exists already: choose another name.`);
  const { className } = names(name);
  const map = `${folder}/executors.ts`;
  requireNewName(tree, map, `probe${className}`, 'choose another name');
  const type = name.replaceAll('-', '_');
  generateFiles(tree, join(import.meta.dirname, 'files'), folder, { name, className, type });
  const types = 'libs/probing/contract/feed-fact.ts';
  if (!textOf(tree, types).includes(`'${type}'`))
    insertBefore(tree, types, /(?<=CHECK_TYPES = \[[^\]]*)\]/, `, '${type}'`);
  insertBefore(
    tree,
    map,
    /(?<=return \{[^}]*\}\),[^}]*)\n {2}\};/,
    `\n    ${type}: new SocketExecutor('${type}', probe${className}, room),`,
  );
  addImport(tree, map, `probe${className}`, `./${name}`);
  await formatFiles(tree);
}
