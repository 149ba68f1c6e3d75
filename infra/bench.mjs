// npm run bench: what the product does against the best that could be done.
import { runBenchTool } from './bench/run-tool.mjs';
import { bench } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';

await runCommand(bench, () => runBenchTool(import.meta.url, process.argv.slice(2)));
