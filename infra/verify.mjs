// npm run verify: checks format, lint and module boundaries, types, exports, documents and their language. Needs no services; takes one to two minutes.
import { join } from 'node:path';
import { runCommand } from './commands/run-command.mjs';
import { verify as definition } from './commands/developing.mjs';
import { rootDir } from './paths.mjs';
import { run } from './run.mjs';
import { print } from './output.mjs';
import { setUp } from './setup.mjs';

/** @param {string} name */
const bin = (name) => join(rootDir, 'node_modules/.bin', name);
/** @param {string} file */
const script = (file) => [process.execPath, file];

/** @typedef {{ name: string, command: string[] }} Step */

/**
 * Lanes run at the same time, the steps of a lane in order: lint takes as long as all other checks.
 * @type {readonly (readonly Step[])[]}
 */
const lanes = [
  [
    // Without a cache: rules that need types depend on other files too. The boundary rule silently accepts files that are not in the project graph.
    { name: 'project graph', command: [...script('node_modules/nx/dist/bin/nx.js'), 'show', 'projects'] },
    { name: 'lint and module boundaries', command: [bin('eslint'), '--max-warnings=0', '.'] },
  ],
  [
    { name: 'format', command: [bin('prettier'), '--check', '--log-level=warn', '--cache', '.'] },
    { name: 'install scripts of shipped packages', command: script('infra/supply/check-supply.mjs') },
    { name: 'exports of libraries', command: script('libs/platform/workspace/check-exports.mjs') },
    { name: 'documents', command: script('libs/platform/workspace/check-docs.mjs') },
    { name: 'language', command: script('libs/platform/workspace/check-language.mjs') },
    { name: 'types', command: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'] },
    { name: 'types of scripts', command: [bin('tsc'), '--noEmit', '-p', 'infra/tsconfig.json'] },
    {
      name: 'types of the portal',
      command: [bin('ngc'), '--noEmit', '--rootDir', '.', '-p', 'apps/portal/tsconfig.json'],
    },
    { name: "types of the portal's tests", command: [bin('tsc'), '--noEmit', '-p', 'apps/portal/tsconfig.spec.json'] },
  ],
];

await runCommand(definition, async () => {
  await setUp(import.meta.url, { provider: 'none', commands: [] });
  return (await verify()) ? 0 : 1;
});

async function verify() {
  const startedMs = performance.now();
  const failures = (await Promise.all(lanes.map(failuresOf))).flat();
  for (const message of failures) print(`\n${message}`);
  print(`\n${failures.length === 0 ? 'All checks passed' : `${failures.length} failed`} after ${seconds(startedMs)}`);
  return failures.length === 0;
}

/**
 * Runs all steps of a lane, also after one that failed.
 * @param {readonly Step[]} lane
 * @returns {Promise<string[]>} output of the steps that failed
 */
async function failuresOf(lane) {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
  const failures = [];
  for (const { name, command } of lane) {
    const startedMs = performance.now();
    const [program, ...args] = command;
    const failure = await run(program, args, { cwd: rootDir, env }).then(
      () => undefined,
      (/** @type {Error} */ error) => error.message,
    );
    print(`${failure === undefined ? 'ok    ' : 'FAILED'} ${name} (${seconds(startedMs)})`);
    if (failure !== undefined) failures.push(failure);
  }
  return failures;
}

/** @param {number} startedMs */
function seconds(startedMs) {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}
