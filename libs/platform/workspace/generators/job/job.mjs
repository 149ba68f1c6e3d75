// npm run generate -- job <context> <name>
import { join } from 'node:path';
import { formatFiles, generateFiles, names } from '@nx/devkit';
import { addImport, addToModule, insertAfter, insertBefore, plugInto, textOf } from '../edits.mjs';
import { checkNames, contextNames, requireContext } from '../names.mjs';
import { requireNewName } from '../taken.mjs';

/**
 * Writes a background job of a context: its BullMQ queue and processor in the worker, and its place among the queues that administrators see.
 * @param {import('@nx/devkit').Tree} tree
 * @param {{ context: string, name: string }} options
 * @throws Error when the context or a place in its files is missing, or the name is in use or reserved
 */
export default async function job(tree, { context, name }) {
  checkNames(name);
  const server = `${requireContext(tree, context)}/server`;
  const file = `${server}/${name}.processor.ts`;
  if (tree.exists(file)) throw new Error(`${file} exists already: choose another name.`);
  const { className, propertyName, constantName } = names(name);
  requireNewName(tree, file, propertyName, 'choose another name');
  const words = { ...contextNames(context), name, className, propertyName, constantName };
  generateFiles(tree, join(import.meta.dirname, 'files'), server, words);
  addToWorker(tree, server, words);
  addToApi(tree, server, words);
  await formatFiles(tree);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} server
 * @param {import('../names.mjs').ContextNames & { name: string, className: string, propertyName: string, constantName: string }} words
 */
function addToWorker(tree, server, words) {
  const { name, className, propertyName, constantName, contextClass } = words;
  const file = `${server}/modules/worker.module.ts`;
  if (!tree.exists(file)) {
    tree.write(
      file,
      `import { Module } from '@nestjs/common';\n\n@Module({})\nexport class ${contextClass}WorkerModule {\n  constructor(\n  ) {\n  }\n}\n`,
    );
    plugInto(tree, 'worker', words);
  }
  addToModule(tree, file, 'providers', `${className}Processor`);
  addToModule(tree, file, 'imports', `BullModule.registerQueue({ name: ${constantName}_QUEUE })`);
  if (!textOf(tree, file).includes('services: BackgroundServices')) {
    insertAfter(tree, file, /^ {2}constructor\(/m, 'services: BackgroundServices, ');
    addImport(tree, file, 'BackgroundServices', '@icmp-mon/platform/plugins');
  }
  insertAfter(tree, file, /^ {2}constructor\(/m, `${propertyName}: ${className}Processor, `);
  insertBefore(tree, file, /^ {2}\}\n\}/m, `    runProcessor(services, ${constantName}_QUEUE, ${propertyName});\n`);
  addImport(tree, file, 'BullModule', '@nestjs/bullmq');
  addImport(tree, file, 'runProcessor', '@icmp-mon/platform/jobs');
  addImport(tree, file, `${className}Processor`, `../${name}.processor`);
  addImport(tree, file, `${constantName}_QUEUE`, `../${name}.job`);
}

/**
 * @param {import('@nx/devkit').Tree} tree
 * @param {string} server
 * @param {import('../names.mjs').ContextNames & { name: string, className: string, propertyName: string, constantName: string }} words
 */
function addToApi(tree, server, { name, constantName, contextWords }) {
  const file = `${server}/modules/api.module.ts`;
  const plug = `    shown.plug({ name: ${constantName}_QUEUE, description: '${contextWords}: ${name.replaceAll('-', ' ')}.' });\n`;
  if (!textOf(tree, file).includes('shown: ShownQueues')) {
    insertAfter(tree, file, /^ {2}constructor\(/m, 'shown: ShownQueues, ');
    addImport(tree, file, 'ShownQueues', '@icmp-mon/platform/plugins');
  }
  insertBefore(tree, file, /^ {2}\}\n\}/m, plug);
  addImport(tree, file, `${constantName}_QUEUE`, `../${name}.job`);
}
