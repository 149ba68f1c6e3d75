// npm run measure: measures the running product: CPU and memory, idle or under load, and the time until paths are shown.
import { measure as definition } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';
import { requireRunning } from './commands/running.mjs';

await runCommand(definition, async (asked) => {
  requireRunning();
  const { measure } = await import('./demo/measure.mjs');
  const options = {
    ...{ seconds: asked.number('seconds'), targets: asked.number('targets') },
    ...{ target: asked.text('target'), json: asked.flag('json') },
  };
  await measure(asked.args[0], options);
});
