import { spawn } from 'node:child_process';

const keptOutputBytes = 64 * 1024;

/**
 * Runs a command to its end; its output is shown when `show` is set, otherwise kept for the error.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ show?: boolean } & import('node:child_process').SpawnOptions} options
 * @returns {Promise<string>} its stdout, at most the last 64 KiB
 * @throws Error with the end of its output when its exit code is not 0
 */
export function run(command, args, { show = false, ...options } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
      ...options,
    });
    let stdout = '';
    let both = '';
    /**
     * @param {string} text
     * @param {Buffer} chunk
     */
    const keep = (text, chunk) => (text + chunk).slice(-keptOutputBytes);
    child.stdout?.on('data', (chunk) => {
      stdout = keep(stdout, chunk);
      both = keep(both, chunk);
    });
    child.stderr?.on('data', (chunk) => (both = keep(both, chunk)));
    child.once('error', (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.once('close', (code, signalName) => {
      if (code === 0) resolve(stdout);
      else reject(new Error(`${command} ended with ${signalName ?? code}:\n${both.trim().slice(-4000)}`));
    });
  });
}

/**
 * Returns true when the command runs and exits with 0.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 */
export async function succeeds(command, args, options = {}) {
  try {
    await run(command, args, options);
    return true;
  } catch {
    return false;
  }
}
