// npm run load: runs its own product under full load, and verifies that every result is stored.
import { runBenchTool } from './bench/run-tool.mjs';
import { load } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';

await runCommand(load, () => runBenchTool(import.meta.url, ['load', ...process.argv.slice(2)]));
