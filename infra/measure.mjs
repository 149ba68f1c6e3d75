// npm run measure: measures CPU and memory of the running product, idle or under load.
import { measure as definition } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';
import { requireRunning } from './commands/running.mjs';

await runCommand(definition, async (asked) => {
  requireRunning();
  const { measure } = await import('./demo/measure.mjs');
  const options = { seconds: asked.number('seconds'), targets: asked.number('targets'), json: asked.flag('json') };
  await measure(asked.args[0], options);
});
