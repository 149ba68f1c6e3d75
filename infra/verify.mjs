// npm run verify: checks format, lint and module boundaries, types, docs. Needs no services and takes less than a minute.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { runCommand } from './commands/run-command.mjs';
import { verify as definition } from './commands/developing.mjs';
import { rootDir } from './paths.mjs';
import { run } from './run.mjs';
import { print } from './output.mjs';
import { setUp } from './setup.mjs';

/** @param {string} name */
const bin = (name) => join(rootDir, 'node_modules/.bin', name);
const steps = [
  { name: 'format', command: [bin('prettier'), '--check', '--log-level=warn', '--cache', '.'] },
  // The boundary rule silently accepts files that are not in the project graph.
  { name: 'project graph', command: [process.execPath, 'node_modules/nx/dist/bin/nx.js', 'show', 'projects'] },
  { name: 'lint and module boundaries', command: [bin('eslint'), '--cache', '--cache-location=.nx/eslint/', '.'] },
  { name: 'types', command: [bin('tsc'), '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of scripts', command: [bin('tsc'), '--noEmit', '-p', 'infra/tsconfig.json'] },
  {
    name: 'types of the portal',
    command: [bin('ngc'), '--noEmit', '--rootDir', '.', '-p', 'apps/portal/tsconfig.json'],
    needs: 'apps/portal/tsconfig.json',
  },
  {
    name: "types of the portal's tests",
    command: [bin('tsc'), '--noEmit', '-p', 'apps/portal/tsconfig.spec.json'],
    needs: 'apps/portal/tsconfig.spec.json',
  },
  { name: 'install scripts of shipped packages', command: [process.execPath, 'infra/supply/check-supply.mjs'] },
  { name: 'exports of libraries', command: [process.execPath, 'libs/platform/workspace/check-exports.mjs'] },
  { name: 'documents', command: [process.execPath, 'libs/platform/workspace/check-docs.mjs'] },
  { name: 'language', command: [process.execPath, 'libs/platform/workspace/check-language.mjs'] },
];

await runCommand(definition, async () => {
  await setUp(import.meta.url, { provider: 'none', commands: [] });
  return (await verify()) ? 0 : 1;
});

async function verify() {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
  const failures = [];
  const startedMs = performance.now();
  for (const { name, command, needs } of steps) {
    if (needs && !existsSync(join(rootDir, needs))) continue;
    const stepStartedMs = performance.now();
    const [program, ...args] = command;
    const error = await run(program, args, { cwd: rootDir, env }).then(
      () => undefined,
      (cause) => cause,
    );
    print(`${error ? 'FAILED' : 'ok    '} ${name} (${seconds(stepStartedMs)})`);
    if (error) failures.push(error.message);
  }
  for (const message of failures) print(`\n${message}`);
  print(`\n${failures.length === 0 ? 'All checks passed' : `${failures.length} failed`} after ${seconds(startedMs)}`);
  return failures.length === 0;
}

/** @param {number} startedMs */
function seconds(startedMs) {
  return `${((performance.now() - startedMs) / 1000).toFixed(1)} s`;
}
