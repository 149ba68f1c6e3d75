// npm run generate: writes the first files of a new context, verb, read model, job, page or executor.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { runCommand } from '../../../infra/commands/run-command.mjs';
import { setUp } from '../../../infra/setup.mjs';
import { generate } from './generators/command.mjs';

const root = path.resolve(import.meta.dirname, '../../..');

await runCommand(generate, async (asked) => {
  await setUp(import.meta.url, { provider: 'none', commands: [] });
  const nx = path.join(root, 'node_modules/nx/dist/bin/nx.js');
  const args = [nx, 'generate', `./libs/platform/workspace:${asked.words}`, ...asked.args, ...optionsOf(asked)];
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env }).status ?? 1;
});

/**
 * Returns an option in the only form that Nx reads: with "=".
 * @param {import('../../../infra/commands/run-command.mjs').Invocation} asked
 */
function optionsOf(asked) {
  const options = asked.path[asked.path.length - 1].options ?? [];
  const valued = options.filter(({ value }) => value !== undefined).map(({ name }) => [name, asked.text(name)]);
  const set = valued.filter(([, text]) => text !== undefined).map(([name, text]) => `--${name}=${text}`);
  return asked.flag('dry-run') ? [...set, '--dry-run'] : set;
}
