// Ends what `npm start` started, and nothing else.
import { join } from 'node:path';
import { stateDir } from './paths.mjs';
import { readJson } from './private-file.mjs';
import { stopContainers } from './providers/docker.mjs';
import { fail, Refusal, say } from './say.mjs';
import { endRecorded } from './supervisor.mjs';

try {
  const ended = await endRecorded(join(stateDir, 'supervisor.json'));
  if (readJson(join(stateDir, 'provider.json'))?.provider === 'docker') await stopContainers(stateDir);
  say(ended.length > 0 ? `Stopped: ${ended.join(', ')}.` : 'Nothing was running.');
} catch (error) {
  fail(error.code === 'EPERM' ? new Refusal('It was started by root: sudo npm stop') : error);
}
