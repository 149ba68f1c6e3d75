// npm run generate -- verb <context> <verb> [--event=<past tense>] [--aggregate=<singular>]
import { join } from 'node:path';
import { formatFiles, generateFiles, names } from '@nx/devkit';
import { addImport, addToModule, insertAfter, insertBefore } from '../edits.mjs';
import { checkNames, contextNames, requireContext } from '../names.mjs';
import { requireNewName } from '../taken.mjs';

/** @param {string} verb */
const pastOf = (verb) => {
  const [first, ...rest] = verb.split('-');
  const past = /[^aeiou]y$/.test(first) ? first.replace(/y$/, 'ied') : `${first.replace(/e$/, '')}ed`;
  return [past, ...rest].join('-');
};

/**
 * Writes a verb on what a context keeps: its event, decision, command with handler, test and route.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ context: string, verb: string, event?: string, aggregate?: string }} options
 * @throws Error when the context or a place in its files is missing, or the verb exists
 */
export default async function verb(tree, { context, verb: name, event = pastOf(name), aggregate }) {
  checkNames(name, event);
  const server = `${requireContext(tree, context)}/server`;
  const words = {
    ...contextNames(context, aggregate),
    verb: name,
    verbClass: names(name).className,
    verbProperty: names(name).propertyName,
    eventClass: names(event).className,
  };
  const file = `${server}/${name}-${words.aggregate}.ts`;
  if (tree.exists(file)) throw new Error(`${file} exists already: choose another verb.`);
  requireNewVerb(tree, context, words);
  addEvent(tree, `libs/${context}/contract/${words.aggregate}-events.ts`, words);
  addDecision(tree, `${server}/${words.aggregate}.ts`, words);
  addDescription(tree, `${server}/${words.aggregate}-audit.ts`, words, event);
  generateFiles(tree, join(import.meta.dirname, 'files'), server, words);
  addRoute(tree, `${server}/${context}.controller.ts`, words);
  const { verbClass, className } = words;
  addToModule(tree, `${server}/modules/api.module.ts`, 'providers', `${verbClass}${className}Handler`);
  addImport(
    tree,
    `${server}/modules/api.module.ts`,
    `${verbClass}${className}Handler`,
    `../${name}-${words.aggregate}`,
  );
  await formatFiles(tree);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} context
 * @param {import('../names.mjs').ContextNames & { verb: string, verbClass: string, verbProperty: string, eventClass: string }} words
 */
function requireNewVerb(tree, context, { aggregate, className, verb, verbProperty, eventClass }) {
  const server = `libs/${context}/server`;
  const decisions = `${server}/${aggregate}.ts`;
  if (!tree.exists(decisions)) {
    throw new Error(`There is no ${decisions}: name what the verb is done to by --aggregate=<singular>.`);
  }
  const advice = `choose another verb than "${verb}"`;
  requireNewName(tree, decisions, verbProperty, advice);
  requireNewName(tree, `${server}/${context}.controller.ts`, verbProperty, advice);
  const event = `${className}${eventClass}`;
  requireNewName(
    tree,
    `libs/${context}/contract/${aggregate}-events.ts`,
    event,
    'name another event by --event=<past tense>',
  );
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {import('../names.mjs').ContextNames & { verb: string, verbClass: string, verbProperty: string, eventClass: string }} words
 */
function addEvent(tree, file, { className, propertyName, eventClass }) {
  const type = `${className}${eventClass}`;
  const event = `export interface ${type} {\n  type: '${type}';\n  data: { ${propertyName}Id: string };\n}\n\n`;
  insertBefore(tree, file, new RegExp(`^export type ${className}Event =`, 'm'), event);
  insertAfter(tree, file, new RegExp(`^export type ${className}Event =[^;]*`, 'm'), ` | ${type}`);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {import('../names.mjs').ContextNames & { verb: string, verbClass: string, verbProperty: string, eventClass: string }} words
 */
function addDecision(tree, file, { className, propertyName, words, verbProperty, eventClass }) {
  const type = `${className}${eventClass}`;
  const decision = `export function ${verbProperty}(state: ${className}State): ${className}Event[] {
  if (state.kind !== 'registered') throw new DomainError('not_found', 'There is no such ${words}.');
  return [{ type: '${type}', data: { ${propertyName}Id: state.${propertyName}Id } }];
}

`;
  insertBefore(tree, file, /^export function evolve\(/m, decision);
  const evolved = `    case '${type}':\n      // No later decision depends on it so far.\n      return state;\n`;
  insertBefore(tree, file, /^ {4}default:$/m, evolved);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {import('../names.mjs').ContextNames & { eventClass: string }} words
 * @param {string} event
 */
function addDescription(tree, file, { className, words, eventClass }, event) {
  const described = `    ${className}${eventClass}: { did: () => '${event.replaceAll('-', ' ')} the ${words}' },\n`;
  insertAfter(tree, file, /^ {2}types: \{\n/m, described);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} file
 * @param {import('../names.mjs').ContextNames & { verb: string, verbClass: string, verbProperty: string, eventClass: string }} words
 */
function addRoute(tree, file, { className, aggregate, verb, verbClass, verbProperty, context, article, words }) {
  const route = `
  @Post(':id/${verb}')
  @HttpCode(204)
  @RequirePermission('${context}:write')
  @ApiOperation({
    summary: '${verbClass.replaceAll(/(?<!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)} ${article} ${words}',
    description: 'With If-Match, only when it is still at that version.',
  })
  @ApiHeader({ name: 'If-Match', required: false, description: 'ETag that was read.' })
  @ApiNoContentResponse()
  ${verbProperty}(
    @Param('id', ParseUUIDPipe) id: string,
    @IfMatch() expectedVersion: number | undefined,
    @Metadata() metadata: RequestMetadata,
  ): Promise<void> {
    return this.commands.execute(new ${verbClass}${className}(id, expectedVersion, metadata));
  }
`;
  insertBefore(tree, file, /^\}\n*$(?![\s\S])/m, route);
  for (const name of ['HttpCode', 'Param', 'ParseUUIDPipe']) addImport(tree, file, name, '@nestjs/common');
  addImport(tree, file, 'ApiNoContentResponse', '@nestjs/swagger');
  addImport(tree, file, 'IfMatch', '@icmp-mon/platform/http');
  addImport(tree, file, `${verbClass}${className}`, `./${verb}-${aggregate}`);
}
