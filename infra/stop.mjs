// Ends what `npm start` started, and nothing else.
import { stopInstallation, stoppedText } from './installation.mjs';
import { stateDir } from './paths.mjs';
import { fail, Refusal, say } from './say.mjs';

try {
  say(stoppedText(await stopInstallation(stateDir)));
} catch (error) {
  fail(error.code === 'EPERM' ? new Refusal('It was started by root: sudo npm stop') : error);
}
