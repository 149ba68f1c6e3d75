// Names that all generators derive in the same way.
import { names } from '@nx/devkit';

const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** @throws Error when a name is not in kebab case */
export function checkNames(...given) {
  for (const name of given) {
    if (!NAME.test(name)) throw new Error(`"${name}" is no name: use lower-case words joined by hyphens.`);
  }
}

/** What a context keeps, unless another aggregate is given: its name without the s. */
export const aggregateOf = (context) => context.replace(/s$/, '');

export const pluralOf = (word) => (/(s|x|ch|sh)$/.test(word) ? `${word}es` : `${word}s`);

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

/** Substitutions for templates: of a context and its aggregate. */
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

/** @throws Error when there is no such context */
export function requireContext(tree, context) {
  checkNames(context);
  const root = `libs/${context}`;
  if (!tree.exists(`${root}/server/index.ts`)) {
    throw new Error(`There is no context ${root}: begin it by npm run generate -- context ${context}.`);
  }
  return root;
}
