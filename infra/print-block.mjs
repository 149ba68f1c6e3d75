import { closeSync, openSync, readFileSync } from 'node:fs';
import { messageOf } from './error-text.mjs';
import { rootDir } from './paths.mjs';
import { Refusal } from './output.mjs';

/** @typedef {import('./commands/run-command.mjs').Invocation} Invocation */

/**
 * Throws a Refusal when the file cannot be read. Standard input is not touched: a process that starts this one again on Node 24
 * passes it on unread.
 * @param {Invocation} asked
 */
export function requireReadable({ args: [file] }) {
  if (file !== undefined) orRefusal(() => closeSync(openSync(file, 'r')));
}

/**
 * Prints a block as JSON, from a file or from standard input.
 * @param {Invocation} asked
 * @returns {Promise<number>} 1 when the bytes are not a block
 */
export async function printBlock({ args: [file] }) {
  const block = orRefusal(() => readFileSync(file ?? 0));
  const { decompressBounded, printBlock: toPrintable } = await loadCodec();
  const printed = toPrintable(block, decompressBounded);
  process.stdout.write(`${JSON.stringify(printed, null, 2)}\n`);
  return 'refused' in printed ? 1 : 0;
}

/**
 * @template T
 * @param {() => T} read
 */
function orRefusal(read) {
  try {
    return read();
  } catch (error) {
    throw new Refusal(`Cannot read the block: ${messageOf(error)}. Give a file: npm run icmpmon -- print-block <file>`);
  }
}

/** Bundles the product's own decoder for this call. */
async function loadCodec() {
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
