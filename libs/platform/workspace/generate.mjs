// npm run generate -- <context|verb|read-model|job|page|executor> <names …> [--dry-run]: writes the beginning of something new.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import generators from './generators/generators.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '../../..');
const HELP = ['help', '--help', '-h'];
/** Options of every generator, which Nx carries out. */
const COMMON_OPTIONS = ['dry-run'];

const [kind, ...given] = process.argv.slice(2);
if (kind === undefined || HELP.includes(kind)) end(kind === undefined ? 2 : 0, allGenerators());
if (!Object.hasOwn(generators.generators, kind)) end(2, `There is no generator "${kind}".\n\n${allGenerators()}`);
const schema = JSON.parse(readFileSync(path.join(import.meta.dirname, 'generators', kind, 'schema.json'), 'utf8'));
if (given.some((each) => HELP.includes(each))) end(0, usageOf(kind));
const fault = faultOf(given);
if (fault !== undefined) end(2, `${fault}\n\n${usageOf(kind)}`);

const nx = path.join(root, 'node_modules/nx/dist/bin/nx.js');
if (!existsSync(nx)) end(1, 'The npm packages are not installed: npm ci.');
const args = [nx, 'generate', `./libs/platform/workspace:${kind}`, ...given];
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
process.exitCode = status ?? 1;

/** What is wrong with the arguments, before Nx is started. */
function faultOf(args) {
  const positions = args.filter((each) => !each.startsWith('-'));
  const { names, options } = parameters();
  const known = [...options, ...COMMON_OPTIONS];
  for (const [, option] of args.map((each) => /^-+([^=]*)/.exec(each) ?? []).filter((match) => match.length > 0)) {
    if (!known.includes(option)) return `There is no option --${option}.`;
  }
  const lacking = args.find((each) => options.some((option) => each === `--${option}`));
  if (lacking !== undefined) return `${lacking} takes its value behind "=": ${lacking}=<value>.`;
  if (positions.length < names.length) return `The ${names[positions.length]} is missing.`;
  if (positions.length > names.length) return `"${positions[names.length]}" is one name too many.`;
  return undefined;
}

function parameters() {
  const entries = Object.entries(schema.properties);
  const names = entries
    .filter(([, { $default }]) => $default !== undefined)
    .sort(([, one], [, other]) => one.$default.index - other.$default.index)
    .map(([name]) => name);
  return { names, options: entries.map(([name]) => name).filter((name) => !names.includes(name)) };
}

function usageOf(kind) {
  const { names, options } = parameters();
  const parts = [
    ...names.map((name) => `<${name}>`),
    ...[...options.map((name) => `${name}=…`), ...COMMON_OPTIONS].map((name) => `[--${name}]`),
  ];
  const lines = [...names, ...options].map((name) => {
    const shown = names.includes(name) ? `<${name}>` : `--${name}`;
    return `  ${shown.padEnd(12)} ${schema.properties[name].description}`;
  });
  const description = generators.generators[kind].description;
  return `npm run generate -- ${kind} ${parts.join(' ')}\n${description}\n\n${lines.join('\n')}\n  --dry-run    Shows what would be written, and writes nothing.`;
}

function allGenerators() {
  const lines = Object.entries(generators.generators).map(
    ([name, { description }]) => `  ${name.padEnd(12)} ${description}`,
  );
  return `npm run generate -- <generator> <names …>\n\n${lines.join('\n')}\n\nFor example: npm run generate -- context incidents\nNames and options of one: npm run generate -- context --help\nStep by step: docs/adding-a-context.md`;
}

function end(code, text) {
  (code === 0 ? process.stdout : process.stderr).write(`${text}\n`);
  process.exit(code);
}
