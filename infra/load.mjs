// npm run load -- fping|fleet|all|takeover|overload [--agents N] [--targets N] [--interval S] [--minutes N] [--json] [--profile]: a product of its own under
// full load, for as long as is said, and whether every result is stored.
import { parseArgs } from 'node:util';
import { runBenchTool } from './bench/run-tool.mjs';
import { messageOf } from './error-text.mjs';
import { fail, Refusal } from './say.mjs';
import { checkSystem } from './setup.mjs';

const usage =
  'Use: npm run load -- fping|fleet|all|takeover|overload [--agents N] [--targets N] [--interval S] [--minutes N] [--json] [--profile]';

try {
  checkSystem();
  checkOptions();
  process.exitCode = await runBenchTool(import.meta.url, ['load', ...process.argv.slice(2)]);
} catch (error) {
  fail(error);
}

/** The options go to the tool as they are. */
function checkOptions() {
  try {
    const numbers = ['agents', 'targets', 'interval', 'minutes'].map((name) => [name, { type: 'string' }]);
    const options = { ...Object.fromEntries(numbers), json: { type: 'boolean' }, profile: { type: 'boolean' } };
    const { positionals } = parseArgs({ options, allowPositionals: true });
    if (!['fping', 'fleet', 'all', 'takeover', 'overload'].includes(positionals[0])) throw new Error('Say which load.');
  } catch (error) {
    throw new Refusal(`${messageOf(error)}\n${usage}`);
  }
}
