// npm run load: runs its own product under full load, and verifies that every result is stored.
import { runBenchTool } from './bench/run-tool.mjs';
import { load } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';

/** Programs of the simulated internet, in which the load run `agent` probes. */
const NETWORK = ['nft', 'ip', 'python3', 'sysctl'];

await runCommand(load, (asked) => {
  const commands = ['fping', ...(asked.args[0] === 'agent' ? NETWORK : [])];
  return runBenchTool(import.meta.url, ['load', ...process.argv.slice(2)], commands);
});
