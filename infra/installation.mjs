import { join } from 'node:path';
import { readJson } from './private-file.mjs';
import { stopContainers } from './providers/docker.mjs';
import { endRecorded, readState } from './supervisor.mjs';

/** @param {string} dir */
const stateFileOf = (dir) => join(dir, 'supervisor.json');

/**
 * Stops everything that `npm start` started below `dir`: through its supervisor when that runs, otherwise process by process.
 * Returns the names of the stopped processes, and whether their supervisor had been killed before.
 * @param {string} dir
 */
export async function stopInstallation(dir, { removeData = false } = {}) {
  const wasLeft = readState(stateFileOf(dir))?.running !== true;
  const ended = await endRecorded(stateFileOf(dir));
  const usesDocker = readJson(join(dir, 'provider.json'))?.provider === 'docker';
  // The containers keep running when the compose command that started them is killed.
  const containers = usesDocker ? await stopContainers(dir, { removeData }) : [];
  return { ended: [...new Set([...ended, ...containers])], wasLeft };
}

/**
 * Stops what the supervisor `pid` left running when it was killed; does nothing when another supervisor runs meanwhile.
 * @param {number} pid
 * @param {string} dir
 */
export async function endLeftBy(pid, dir) {
  if (readState(stateFileOf(dir))?.supervisor.pid !== pid) return [];
  return (await stopInstallation(dir)).ended;
}

/**
 * Returns the output of `npm stop`.
 * @param {{ ended: string[], wasLeft: boolean }} of
 */
export function stoppedText({ ended, wasLeft }) {
  if (ended.length === 0) return 'Nothing was running.';
  return wasLeft
    ? `The supervisor was no longer running. Stopped the processes that it left behind: ${ended.join(', ')}.`
    : `Stopped: ${ended.join(', ')}.`;
}
