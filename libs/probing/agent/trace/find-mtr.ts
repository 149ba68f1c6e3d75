import { execFile } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

const PLACES = ['/usr/bin/mtr', '/usr/sbin/mtr', '/usr/local/bin/mtr', '/usr/local/sbin/mtr'];
const ASK_MS = 10_000;
const OUTPUT_BYTES_MAX = 64 * 1024;
/** Older versions do not print which of several routers answered a probe, when one answers again. */
const OLDEST = 94;
const VERSION = /^mtr (\d+)\.(\d+)/m;

export type MtrVersion = { kind: 'usable'; text: string } | { kind: 'unsupported' | 'unknown'; detail: string };

/** Returns the first mtr of the usual places; null if there is none. */
export function findMtr(): string | null {
  return PLACES.find(isExecutable) ?? null;
}

/** Asks the program at `path` for its version. `unknown`: it gave no answer. */
export function askMtrVersion(path: string): Promise<MtrVersion> {
  return new Promise((resolve) => {
    const options = { env: {}, cwd: '/', timeout: ASK_MS, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(path, ['--version'], options, (error, stdout, stderr) => {
      const output = `${stdout}\n${stderr}`;
      if (error !== null && !VERSION.test(output)) return resolve({ kind: 'unknown', detail: error.message });
      resolve(readMtrVersion(output));
    });
  });
}

/** Parses `mtr 0.95`. */
export function readMtrVersion(output: string): MtrVersion {
  const found = VERSION.exec(output);
  if (found === null) {
    const said = output.trim().slice(0, 80);
    return { kind: 'unsupported', detail: `it reports no version of mtr but "${said}"` };
  }
  const [text, major, minor] = found;
  if (Number(major) === 0 && Number(minor) < OLDEST) {
    return { kind: 'unsupported', detail: `it has version ${text.slice('mtr '.length)}` };
  }
  return { kind: 'usable', text: text.slice('mtr '.length) };
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code !== 'ENOENT' && error.code !== 'ENOTDIR';
  }
}
