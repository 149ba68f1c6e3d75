// Names that all generators derive in the same way.
import { names } from '@nx/devkit';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
/** Leaves room for prefixes and suffixes of tables and constraints: PostgreSQL allows 63 bytes. */
const NAME_LENGTH_MAX = 40;

/**
 * @param {string[]} given
 * @throws Error when a name is not in kebab case, or too long
 */
export function checkNames(...given) {
  for (const name of given) {
    if (!NAME.test(name)) throw new Error(`"${name}" is not a valid name: use lower-case words joined by hyphens.`);
    if (name.length > NAME_LENGTH_MAX)
      throw new Error(`"${name}" is too long: a name has at most ${NAME_LENGTH_MAX} letters.`);
  }
}

/**
 * Returns the default aggregate of a context: its name in the singular, as far as its ending shows it.
 * @param {string} context
 */
export function aggregateOf(context) {
  if (/[^aeiou]ies$/.test(context)) return context.replace(/ies$/, 'y');
  if (/(ss|x|ch|sh)es$/.test(context)) return context.replace(/es$/, '');
  return /(ss|us|is)$/.test(context) ? context : context.replace(/s$/, '');
}

/** @param {string} word */
export function pluralOf(word) {
  if (/[^aeiou]y$/.test(word)) return word.replace(/y$/, 'ies');
  if (/is$/.test(word)) return word.replace(/is$/, 'es');
  return /(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`;
}

/** @param {string} text */
export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** @typedef {ReturnType<typeof contextNames>} ContextNames */

/**
 * Substitutions for templates: of a context and its aggregate.
 * @param {string} context
 */
export function contextNames(context, aggregate = aggregateOf(context)) {
  const { className, propertyName, constantName } = names(aggregate);
  const words = aggregate.replaceAll('-', ' ');
  return {
    context,
    contextWords: context.replaceAll('-', ' '),
    ContextWords: capital(context.replaceAll('-', ' ')),
    contextClass: names(context).className,
    contextProperty: names(context).propertyName,
    aggregate,
    // A stream's category ends at its first hyphen.
    category: aggregate.replaceAll('-', ''),
    table: aggregate.replaceAll('-', '_'),
    className,
    propertyName,
    constantName,
    plural: pluralOf(aggregate),
    pluralClass: pluralOf(className),
    pluralWords: pluralOf(words),
    words,
    article: /^[aeiou]/.test(words) ? 'an' : 'a',
  };
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} context
 * @throws Error when there is no such context
 */
export function requireContext(tree, context) {
  checkNames(context);
  const root = `libs/${context}`;
  if (!tree.exists(`${root}/server/index.ts`)) {
    throw new Error(`There is no context ${root}: begin it by npm run generate -- context ${context}.`);
  }
  return root;
}
