// npm run bench: compares the product with a hand-written reference.
import { runBenchTool } from './bench/run-tool.mjs';
import { bench } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';

await runCommand(bench, () => runBenchTool(import.meta.url, process.argv.slice(2)));
