// npm run build: builds the apps whose sources changed.
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleName } from '../libs/platform/workspace/bundle-name.mjs';
import { buildAgentKit } from './agent-kit.mjs';
import { build as definition } from './commands/product.mjs';
import { runCommand } from './commands/run-command.mjs';
import { asOwner, giveToOwner } from './owner.mjs';
import { distDir, distIsGiven, nodeBinary, rootDir } from './paths.mjs';
import { readJson, writePrivateJson } from './private-file.mjs';
import { run } from './run.mjs';
import { Refusal, print } from './output.mjs';
import { setUp } from './setup.mjs';

/** @typedef {{ name: string, isSource: (path: string) => boolean, result: string, command: string[] }} Part */

/** Folders that are part of tools only, not of apps. */
const tools = ['bench', 'faults', 'infra/testing'];
const hashFile = join(distDir, '.build-hash');
// Servers bundle the declared topics and the JSON schemas of their messages.
const places = ['apps', 'libs', 'migrations', 'docs/schemas', ...tools];
const single = ['docs/asyncapi.yaml', 'package-lock.json', 'tsconfig.base.json'];
const portalOnly = /^(apps\/portal|libs\/[^/]+\/(ui|look)|libs\/platform\/(ui-kit|form-fields|live-stream|charts))\//;
const serverOnly =
  /^(apps\/(?!portal)|migrations|docs|libs\/[^/]+\/(server|wire|agent)|libs\/platform\/(?!ui-kit|form-fields|live-stream|charts))/;
const portalBuild = /^libs\/platform\/workspace\/(build-portal|compress-files)\.mjs$/;

/** @param {string} path */
const isOfTool = (path) => tools.some((name) => path.startsWith(`${name}/`));

/** Returns every part that can be built: its name, its source files, its build command, and the file whose existence proves the build. */
export function buildables() {
  /** @param {string} name */
  const isServer = (name) => name !== 'portal' && existsSync(join(rootDir, 'apps', name, 'main.ts'));
  const servers = readdirSync(join(rootDir, 'apps')).filter(isServer);
  /** @type {Part[]} */
  const parts = servers.map((name) => ({
    name,
    isSource: (/** @type {string} */ path) =>
      !portalOnly.test(path) && !isOfTool(path) && (!path.startsWith('apps/') || path.startsWith(`apps/${name}/`)),
    result: builtFile(name),
    command: [nodeForBuild(), 'libs/platform/workspace/build-app.mjs', name],
  }));
  if (existsSync(join(rootDir, 'apps/portal/project.json'))) {
    parts.push({
      name: 'portal',
      isSource: (path) => portalBuild.test(path) || (!serverOnly.test(path) && !isOfTool(path)),
      result: join(distDir, 'apps/portal/browser/index.html'),
      command: [nodeForBuild(), 'libs/platform/workspace/build-portal.mjs'],
    });
  }
  return parts;
}

/**
 * Returns the file that the build of an app writes.
 * @param {string} app
 */
const builtFile = (app) => join(distDir, 'apps', app, bundleName(app));

const nodeForBuild = () => (existsSync(nodeBinary) ? nodeBinary : process.execPath);

/**
 * Returns a program of the workspace that is not an app (`bench` or `faults`); it is built from <name>/main.ts on first use.
 * @param {string} name
 */
const tool = (name) => ({
  name,
  isSource: (/** @type {string} */ path) =>
    !portalOnly.test(path) && !(path.startsWith('apps/') && path.endsWith('/main.ts')),
  result: join(distDir, name, 'main.js'),
  command: [nodeForBuild(), 'libs/platform/workspace/build-app.mjs', name],
});

/**
 * Builds the tool when it is missing or older than its sources, and returns its main file.
 * @param {string} name
 * @param {(line: string) => void} report
 */
export async function buildTool(name, report) {
  const part = tool(name);
  await buildParts([part], report, {});
  return part.result;
}

/**
 * Builds what is missing or older than its sources, one after another.
 * @param {(line: string) => void} report
 */
export async function build(report, { force = false } = {}) {
  if (distIsGiven) return;
  await buildParts(buildables(), report, { force });
  await buildAgentKit(report);
}

/**
 * Builds the apps without the portal.
 * @param {(line: string) => void} report
 */
export async function buildServers(report) {
  if (distIsGiven) return;
  const servers = buildables().filter(({ name }) => name !== 'portal');
  await buildParts(servers, report, {});
}

/**
 * Builds one app when it is missing or older than its sources.
 * @param {string} name
 * @param {(line: string) => void} report
 */
export async function buildApp(name, report) {
  if (distIsGiven) return;
  await buildParts(
    buildables().filter((part) => part.name === name),
    report,
    {},
  );
}

/**
 * @param {Part[]} parts
 * @param {(line: string) => void} report
 */
async function buildParts(parts, report, { force = false }) {
  mkdirSync(distDir, { recursive: true });
  giveToOwner(distDir);
  const sources = sourceHashes();
  const built = readJson(hashFile) ?? {};
  for (const part of parts) {
    const hash = hashOf(sources, part.isSource);
    if (!force && built[part.name] === hash && existsSync(part.result)) continue;
    const startedMs = performance.now();
    const [command, ...args] = part.command;
    const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', CI: 'true', NG_CLI_ANALYTICS: 'false' };
    await run(command, args, { cwd: rootDir, env, ...asOwner() }).catch((cause) => {
      throw new Refusal(`Building ${part.name} failed. ${cause.message}`);
    });
    built[part.name] = hash;
    writePrivateJson(hashFile, built);
    report(`Built ${part.name} in ${((performance.now() - startedMs) / 1000).toFixed(1)} s`);
  }
}

/** Returns [path, hash] of every source file except tests. */
export function sourceHashes() {
  const files = places
    .filter((place) => existsSync(join(rootDir, place)))
    .flatMap((place) => readdirSync(join(rootDir, place), { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && !entry.name.endsWith('.spec.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(rootDir.length + 1));
  const all = [...files, ...single.filter((path) => existsSync(join(rootDir, path)))].sort();
  return all.map((path) => [
    path,
    createHash('sha256')
      .update(readFileSync(join(rootDir, path)))
      .digest('hex'),
  ]);
}

/**
 * @param {string[][]} sources
 * @param {(path: string) => boolean} isSource
 */
function hashOf(sources, isSource) {
  const own = sources.filter(([path]) => isSource(path));
  return createHash('sha256').update(JSON.stringify(own)).digest('hex');
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await runCommand(definition, async (asked) => {
    await setUp(import.meta.url, { provider: 'none', commands: [] });
    await build(print, { force: asked.flag('force') });
  });
}
