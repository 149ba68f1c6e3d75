// npm stop: stops what `npm start` started, and nothing else.
import { stop } from './commands/product.mjs';
import { runCommand } from './commands/run-command.mjs';
import { codeOf } from './error-text.mjs';
import { stopInstallation, stoppedText } from './installation.mjs';
import { stateDir } from './paths.mjs';
import { Refusal, print } from './output.mjs';

await runCommand(stop, async () => {
  try {
    print(stoppedText(await stopInstallation(stateDir)));
  } catch (error) {
    throw codeOf(error) === 'EPERM' ? new Refusal('ICMP-Mon was started by root. Use: sudo npm stop') : error;
  }
});
