// npx nx g ./libs/platform/workspace:context <name> [--aggregate=<singular>]
import { join } from 'node:path';
import { formatFiles, generateFiles, names } from '@nx/devkit';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const LIBRARIES = ['contract', 'server', 'ui'];

/**
 * Writes `libs/<name>/{contract,server,ui}`: what builds, passes its test and keeps the boundaries, to be filled in.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ name: string, aggregate?: string }} options
 * @throws Error when a name is not in kebab case, or the context exists
 */
export default async function context(tree, { name, aggregate = name.replace(/s$/, '') }) {
  for (const given of [name, aggregate]) {
    if (!NAME.test(given)) throw new Error(`"${given}" is no name: use lower-case words joined by hyphens.`);
  }
  if (name === 'platform') throw new Error('"platform" holds what no context owns: choose another name.');
  const root = `libs/${name}`;
  if (tree.exists(root)) throw new Error(`${root} exists already: choose another name.`);
  const { className, propertyName, constantName } = names(aggregate);
  const words = aggregate.replaceAll('-', ' ');
  const substitutions = {
    context: name,
    contextWords: name.replaceAll('-', ' '),
    contextClass: names(name).className,
    contextProperty: names(name).propertyName,
    aggregate,
    // A stream's category ends at its first hyphen.
    category: aggregate.replaceAll('-', ''),
    className,
    propertyName,
    constantName,
    words,
    article: /^[aeiou]/.test(words) ? 'an' : 'a',
  };
  generateFiles(tree, join(import.meta.dirname, 'files'), root, substitutions);
  for (const library of LIBRARIES) tree.write(`${root}/${library}/project.json`, projectJson(name, library));
  await formatFiles(tree);
}

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
