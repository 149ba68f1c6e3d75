// npm run demo: demonstrates the running product, and prints times and counts.
import { demo } from './commands/measuring.mjs';
import { runCommand } from './commands/run-command.mjs';
import { requireRunning } from './commands/running.mjs';
import { isRoot } from './owner.mjs';
import { Refusal } from './output.mjs';

const ISSUER_PORT = 8_090;

await runCommand(demo, async (asked) => {
  requireRunning();
  if (asked.words === 'issuer') {
    const { runIssuer } = await import('./demo/issuer.mjs');
    return runIssuer(asked.number('port') ?? ISSUER_PORT);
  }
  if (!isRoot()) throw new Refusal('The demo changes nftables and routes and needs root. Use: sudo npm run demo');
  const { walk } = await import('./demo/walk.mjs');
  // An open stream would keep the process alive.
  process.exit(await walk());
});
