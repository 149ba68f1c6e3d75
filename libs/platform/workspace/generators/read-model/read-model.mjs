// npm run generate -- read-model <context> <name> [--of=<context> [--topic=<constant of its contract>]]
import { join } from 'node:path';
import { formatFiles, generateFiles, names } from '@nx/devkit';
import { addExport, addImport, addToModule, insertAfter, insertBefore, plugInto, textOf } from '../edits.mjs';
import { addMigration } from '../migration.mjs';
import { checkNames, contextNames, requireContext } from '../names.mjs';
import { requireNewName, requireNewTable, requireTopic } from '../taken.mjs';

/**
 * Writes a read model that a context keeps of a topic: the table, a projection in the projector, the query with its route, the rebuild and a test. What
 * it keeps at first is the latest event of each key.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ context: string, name: string, of?: string, topic?: string, nowMs?: number }} options
 * @throws Error when the context, the topic or a place in its files is missing, or the name is in use already
 */
export default async function readModel(
  tree,
  { context, name, of = 'targets', topic = `${names(of).constantName}_TOPIC`, nowMs },
) {
  checkNames(name, of);
  const server = `${requireContext(tree, context)}/server`;
  if (tree.exists(`${server}/${name}`)) throw new Error(`${server}/${name} exists already: choose another name.`);
  const { className, propertyName } = names(name);
  const table = name.replaceAll('-', '_');
  requireTopic(tree, of, topic);
  requireNewTable(tree, table, 'choose another name');
  requireNewName(tree, `${server}/${context}.controller.ts`, `List${className}`, 'choose another name');
  const words = { ...contextNames(context), name, className, propertyName, table, of, topic };
  generateFiles(tree, join(import.meta.dirname, 'files'), `${server}/${name}`, words);
  addMigration(tree, { context, what: name, sql: tableOf(table), nowMs });
  addProjection(tree, server, words);
  addRoute(tree, server, words);
  addToRebuild(tree, server, words);
  await formatFiles(tree);
}

/** @param {string} table */
const tableOf = (table) => `
      CREATE TABLE ${table} (
        key text COLLATE "C" PRIMARY KEY,
        type text NOT NULL,
        at timestamptz NOT NULL
      )`;

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} server
 * @param {import('../names.mjs').ContextNames & { name: string, className: string, propertyName: string }} words
 */
function addProjection(tree, server, words) {
  const { name, className, contextClass } = words;
  const file = `${server}/modules/projector.module.ts`;
  if (!tree.exists(file)) {
    tree.write(
      file,
      `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class ${contextClass}ProjectorModule {\n  constructor(\n  ) {\n  }\n}\n`,
    );
    plugInto(tree, 'projector', words);
  }
  const source = textOf(tree, file);
  for (const [parameter, type, from] of [
    ['control', 'ControlDatabase', '@icmp-mon/platform/database'],
    ['projections', 'GroupProjections', '@icmp-mon/platform/plugins'],
  ]) {
    if (source.includes(`${parameter}: ${type}`)) continue;
    insertAfter(tree, file, /^ {2}constructor\(/m, `${parameter}: ${type}, `);
    addImport(tree, file, type, from);
  }
  const plug = `    const ${words.propertyName} = new ${className}Projection();
    projections.plug({ ...${words.propertyName}, database: control, readinessPart: '${words.propertyName}' });\n`;
  insertBefore(tree, file, /^ {2}\}\n\}/m, plug);
  addImport(tree, file, `${className}Projection`, `../${name}/${name}.projection`);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} server
 * @param {import('../names.mjs').ContextNames & { name: string, className: string, propertyName: string }} words
 */
function addRoute(tree, server, { context, name, className, propertyName }) {
  const dto = `
export class ${className}RowResponse {
  @ApiProperty() key!: string;
  @ApiProperty() type!: string;
  @ApiProperty({ format: 'date-time' }) at!: string;
}

export class ${className}Response {
  @ApiProperty({ type: [${className}RowResponse] }) items!: ${className}RowResponse[];
}
`;
  const dtoFile = `${server}/${context}.dto.ts`;
  addExport(tree, dtoFile, dto);
  const controller = `${server}/${context}.controller.ts`;
  const route = `
  @Get('${name}')
  @RequirePermission('${context}:read')
  @ApiOperation({ summary: 'List ${name.replaceAll('-', ' ')}' })
  @ApiOkResponse({ type: ${className}Response })
  ${propertyName}(): Promise<${className}Response> {
    return this.queries.execute(new List${className}());
  }
`;
  insertBefore(tree, controller, /^\}\n*$(?![\s\S])/m, route);
  addImport(tree, controller, `List${className}`, `./${name}/list-${name}`);
  addImport(tree, controller, `${className}Response`, `./${context}.dto`);
  const module = `${server}/modules/api.module.ts`;
  addToModule(tree, module, 'providers', `List${className}Handler`);
  addImport(tree, module, `List${className}Handler`, `../${name}/list-${name}`);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} server
 * @param {import('../names.mjs').ContextNames & { name: string, className: string, propertyName: string }} words
 */
function addToRebuild(tree, server, { name, propertyName }) {
  const file = `${server}/modules/cli.module.ts`;
  const model = `${propertyName}Model`;
  if (!textOf(tree, file).includes('messaging: Messaging')) {
    insertAfter(tree, file, /^ {2}constructor\(/m, 'messaging: Messaging, ');
    addImport(tree, file, 'Messaging', '@icmp-mon/platform/messaging');
  }
  const made = `{ database: control, model: ${model}({ database: control, messaging }) }`;
  insertBefore(tree, file, /^ {2}\}\n\}/m, `    models.plug(${made});\n`);
  addImport(tree, file, model, `../${name}/${name}-model`);
}
