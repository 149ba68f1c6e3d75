// npm run faults: injects faults into its own product.
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { build, buildServers } from './build.mjs';
import { faults as definition } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';
import { giveToOwner } from './owner.mjs';
import { distDir, nodeBinary, rootDir, testDir } from './paths.mjs';
import { chooseProvider } from './providers/index.mjs';
import { run } from './run.mjs';
import { print } from './output.mjs';
import { setUp } from './setup.mjs';
import { runInGroup } from './test-runner.mjs';

const mainFile = join(distDir, 'faults/main.js');
/** Faults that need no product: they run in the shard simulator. */
const pureFaults = ['simulated-shard'];
/** Faults that read the portal's pages. */
const portalFaults = ['stopped-processes'];
/** Faults that run schemathesis, a Python program. */
const pythonFaults = ['fuzzed-api'];

await runCommand(definition, ({ args }) => faults(args));

/** @param {readonly string[]} names */
async function faults(names) {
  const pure = names.length > 0 && names.every((name) => pureFaults.includes(name));
  const provider = pure ? 'none' : await chooseProvider({ ICMPMON_PROVIDER: process.env.ICMPMON_PROVIDER });
  const showsPortal = names.length === 0 || names.some((name) => portalFaults.includes(name));
  const usesPython = names.length === 0 || names.some((name) => pythonFaults.includes(name));
  const commands = [
    'fping',
    'nft',
    'ip',
    ...(showsPortal ? ['chromium'] : []),
    ...(usesPython ? ['python3', 'pip3'] : []),
  ];
  await setUp(import.meta.url, { provider, commands: pure ? [] : commands });
  if (!pure) await (showsPortal ? build(print) : buildServers(print));
  // Always rebuilt: it takes a second, and its sources are spread over the workspace.
  await run(nodeBinary, ['libs/platform/workspace/build-app.mjs', 'faults'], { cwd: rootDir });
  // Restarted apps must be the same builds as the killed ones, even when something else is built meanwhile.
  const dir = join(testDir, `faults-${process.pid}`);
  const built = join(dir, 'dist');
  mkdirSync(built, { recursive: true });
  giveToOwner(dir);
  cpSync(distDir, built, { recursive: true });
  try {
    const running = runInGroup(process.execPath, ['--enable-source-maps', mainFile, ...process.argv.slice(2)], {
      cwd: rootDir,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ICMPMON_DIST_DIR: built, ICMPMON_LOG_LEVEL: process.env.ICMPMON_LOG_LEVEL ?? 'silent' },
    });
    for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => running.interrupt());
    return await running.code;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
