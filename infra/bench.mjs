// npm run bench -- <name>|all [--quick] [--pairs N] [--json] [--profile]: what the product does against the best that could be done.
import { parseArgs } from 'node:util';
import { runBenchTool } from './bench/run-tool.mjs';
import { messageOf } from './error-text.mjs';
import { fail, Refusal } from './say.mjs';
import { checkSystem } from './setup.mjs';

const usage = 'Use: npm run bench -- <name>|all [--quick] [--pairs N] [--json] [--profile]';

try {
  checkSystem();
  checkOptions();
  process.exitCode = await runBenchTool(import.meta.url, process.argv.slice(2));
} catch (error) {
  fail(error);
}

/** The options go to the tool as they are. */
function checkOptions() {
  try {
    const flags = ['quick', 'json', 'profile'].map((name) => [name, { type: 'boolean' }]);
    const options = { ...Object.fromEntries(flags), pairs: { type: 'string' } };
    const { positionals } = parseArgs({ options, allowPositionals: true });
    if (positionals.length === 0) throw new Error('Say which bench.');
  } catch (error) {
    throw new Refusal(`${messageOf(error)}\n${usage}`);
  }
}
