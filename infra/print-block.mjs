// npm run print-block: prints a block as JSON, from a file or from standard input.
import { readFileSync } from 'node:fs';
import { printBlock as definition } from './commands/developing.mjs';
import { runCommand } from './commands/run-command.mjs';
import { messageOf } from './error-text.mjs';
import { rootDir } from './paths.mjs';
import { packagesInstalled } from './provision/node-modules.mjs';
import { Refusal } from './say.mjs';
import { setUp } from './setup.mjs';

await runCommand(definition, async ({ args: [file] }) => {
  // A file that cannot be read is refused before anything is installed. Standard input is read afterwards: another process would not
  // find there what this one has read.
  const fromFile = file === undefined ? undefined : readInput(file);
  if (!packagesInstalled()) await setUp(import.meta.url, { provider: 'none', commands: [] });
  const block = fromFile ?? readInput(0);
  const { decompressBounded, printBlock } = await codec();
  const printed = printBlock(block, decompressBounded);
  process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
  return 'refused' in printed ? 1 : 0;
});

/** @param {string | 0} file a path, or 0 for standard input */
function readInput(file) {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Refusal(`Cannot read the block: ${messageOf(error)}. Give a file: npm run print-block -- <file>`);
  }
}

/** The product's own code, bundled for this call. */
async function codec() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    stdin: {
      contents: `export { printBlock } from '@icmp-mon/probing/wire';
                 export { decompressBounded } from '@icmp-mon/platform/zstd';`,
      resolveDir: rootDir,
    },
    tsconfig: `${rootDir}/tsconfig.base.json`,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'esm',
  });
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  return import(`data:text/javascript;base64,${code}`);
}
