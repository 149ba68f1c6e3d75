import { join } from 'node:path';
import { readJson } from './private-file.mjs';
import { stopContainers } from './providers/docker.mjs';
import { endRecorded, readState } from './supervisor.mjs';

/** @param {string} dir */
const stateFileOf = (dir) => join(dir, 'supervisor.json');

/**
 * Ends all that `npm start` started below `dir`: in order by its supervisor where that runs, else one by one. Returns the names of
 * what was ended, and whether a killed supervisor had left it.
 * @param {string} dir
 */
export async function stopInstallation(dir, { removeData = false } = {}) {
  const wasLeft = readState(stateFileOf(dir))?.running !== true;
  const ended = await endRecorded(stateFileOf(dir));
  const usesDocker = readJson(join(dir, 'provider.json'))?.provider === 'docker';
  // The containers run on when the compose command that started them is killed.
  const containers = usesDocker ? await stopContainers(dir, { removeData }) : [];
  return { ended: [...new Set([...ended, ...containers])], wasLeft };
}

/**
 * The same for what the supervisor `pid` left when it was killed; nothing when another one runs meanwhile.
 * @param {number} pid
 * @param {string} dir
 */
export async function endLeftBy(pid, dir) {
  if (readState(stateFileOf(dir))?.supervisor.pid !== pid) return [];
  return (await stopInstallation(dir)).ended;
}

/**
 * What `npm stop` says.
 * @param {{ ended: string[], wasLeft: boolean }} of
 */
export function stoppedText({ ended, wasLeft }) {
  if (ended.length === 0) return 'Nothing was running.';
  return wasLeft
    ? `The supervisor had ended before. Stopped what it had left: ${ended.join(', ')}.`
    : `Stopped: ${ended.join(', ')}.`;
}
