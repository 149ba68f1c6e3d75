// npm run demo: walks through what the product does, against the product that is running, and prints times and counts.
import { demo } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';
import { requireRunning } from './commands/running.mjs';
import { isRoot } from './owner.mjs';
import { Refusal } from './say.mjs';

await runCommand(demo, async () => {
  requireRunning();
  if (!isRoot()) throw new Refusal('The demo changes nftables and routes: run it as root, sudo npm run demo');
  const { walk } = await import('./demo/walk.mjs');
  // Streams that were followed may keep the process.
  process.exit(await walk());
});
