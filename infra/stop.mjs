// Ends what `npm start` started, and nothing else.
import { codeOf } from './error-text.mjs';
import { stopInstallation, stoppedText } from './installation.mjs';
import { stateDir } from './paths.mjs';
import { fail, Refusal, say } from './say.mjs';

try {
  say(stoppedText(await stopInstallation(stateDir)));
} catch (error) {
  fail(codeOf(error) === 'EPERM' ? new Refusal('It was started by root: sudo npm stop') : error);
}
