// npm run generate -- <context|verb|read-model|job|page|executor> <names …> [--dry-run]: writes the beginning of something new.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import generators from './generators/generators.json' with { type: 'json' };

const root = path.resolve(import.meta.dirname, '../../..');
const [kind, ...names] = process.argv.slice(2);
if (kind === undefined || !(kind in generators.generators)) {
  const lines = Object.entries(generators.generators).map(
    ([name, { description }]) => `  ${name.padEnd(12)} ${description}`,
  );
  console.error(`Say what to write:\n${lines.join('\n')}\nFor example: npm run generate -- context incidents`);
  process.exit(2);
}
const nx = path.join(root, 'node_modules/nx/dist/bin/nx.js');
const args = [nx, 'generate', `./libs/platform/workspace:${kind}`, ...names];
const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' };
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit', env });
process.exitCode = status ?? 1;
