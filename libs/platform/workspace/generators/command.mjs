// Definition of `npm run generate`, read from the schemas of the generators.
import { readFileSync } from 'node:fs';

/** @typedef {import('../../command-line/definition.mjs').Command} Command */
/** @typedef {{ description: string, $default?: { index: number } }} Property */

/** @param {string} file in the folder of this module */
const read = (file) => JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8'));

const EXAMPLES = /** @type {Record<string, string[]>} */ ({
  context: [
    'npm run generate -- context incidents',
    'npm run generate -- context inspection --aggregate=inspection-round',
  ],
  verb: ['npm run generate -- verb incidents close'],
  'read-model': ['npm run generate -- read-model incidents known-targets --of=targets'],
  job: ['npm run generate -- job incidents merge-incidents'],
  page: ['npm run generate -- page incidents open-incidents'],
  executor: ['npm run generate -- executor tls-banner'],
});

/**
 * @param {string} name
 * @param {{ description: string, schema: string }} generator
 * @returns {Command}
 */
function commandOf(name, { description, schema }) {
  /** @type {[string, Property][]} */
  const properties = Object.entries(read(schema).properties);
  const positional = properties
    .filter(([, { $default }]) => $default !== undefined)
    .sort(([, one], [, other]) => (one.$default?.index ?? 0) - (other.$default?.index ?? 0));
  const named = properties.filter(([, { $default }]) => $default === undefined);
  return {
    name,
    purpose: `Writes ${description[0].toLowerCase()}${description.slice(1)}`,
    arguments: positional.map(([argument, property]) => ({ name: argument, text: textOf(property) })),
    options: [
      ...named.map(([option, property]) => ({ name: option, value: 'name', text: textOf(property) })),
      { name: 'dry-run', text: 'only lists the files that it would write' },
    ],
    examples: EXAMPLES[name],
  };
}

/** @param {Property} property */
const textOf = ({ description }) => `${description[0].toLowerCase()}${description.slice(1).replace(/\.$/, '')}`;

/** @type {Command} */
export const generate = {
  name: 'generate',
  purpose: 'Writes the beginning of something new, which builds and passes its tests.',
  details: ['Described in docs/how-to/add-a-context.md.'],
  commands: Object.entries(read('./generators.json').generators).map(([name, generator]) => commandOf(name, generator)),
  examples: ['npm run generate -- context incidents', 'npm run generate -- verb incidents close --dry-run'],
};
