// Prints a block as JSON: `npm run print-block -- <file>`, or the block's bytes on standard input.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { build } from 'esbuild';
import { messageOf } from './error-text.mjs';

const root = path.resolve(import.meta.dirname, '..');
const { outputFiles } = await build({
  stdin: {
    contents: `export { printBlock } from '@icmp-mon/probing/wire';
               export { decompressBounded } from '@icmp-mon/platform/zstd';`,
    resolveDir: root,
  },
  tsconfig: path.join(root, 'tsconfig.base.json'),
  bundle: true,
  write: false,
  platform: 'node',
  format: 'esm',
});
const code = Buffer.from(outputFiles[0].contents).toString('base64');
const { decompressBounded, printBlock } = await import(`data:text/javascript;base64,${code}`);

function readInput() {
  try {
    return readFileSync(process.argv[2] ?? 0);
  } catch (error) {
    process.stderr.write(`Cannot read the block: ${messageOf(error)}. Give a file: npm run print-block -- <file>\n`);
    return process.exit(1);
  }
}

const printed = printBlock(readInput(), decompressBounded);
process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
process.exitCode = 'refused' in printed ? 1 : 0;
