import { execFile } from 'node:child_process';

export interface FpingVersion {
  text: string;
  /** Whether fping itself ignores replies from addresses other than the target's (5.3 and later). */
  checksSource: boolean;
}

export type VersionAnswer =
  | { kind: 'usable'; version: FpingVersion }
  | { kind: 'unsupported'; detail: string }
  | { kind: 'not_permitted'; detail: string }
  | { kind: 'unknown'; detail: string };

/** Error codes of a program that may not be started, for example because the capabilities of its file are not allowed here. */
export const NO_PERMISSION_CODES = ['EACCES', 'EPERM'];
const ASK_MS = 10_000;
const OUTPUT_BYTES_MAX = 64 * 1024;
/** Older versions print no line for a probe that timed out, so a dead target looks like one that was not probed. */
const OLDEST = { major: 5, minor: 0 };
const CHECKS_SOURCE = { major: 5, minor: 3 };
const VERSION = /Version (\d+)\.(\d+)\S*/;

/** Asks the program at `path` for its version. `unknown`: it gave no answer this time, for example because it cannot be started. */
export function askFpingVersion(path: string): Promise<VersionAnswer> {
  return new Promise((resolve) => {
    const options = { env: {}, cwd: '/', timeout: ASK_MS, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(path, ['-v'], options, (error, stdout, stderr) => {
      const output = `${stdout}\n${stderr}`;
      if (error !== null && !VERSION.test(output)) return resolve(answerOfError(error));
      resolve(readFpingVersion(output));
    });
  });
}

function answerOfError(error: Error): VersionAnswer {
  const code = 'code' in error ? String(error.code) : '';
  return { kind: NO_PERMISSION_CODES.includes(code) ? 'not_permitted' : 'unknown', detail: error.message };
}

/** Parses `fping: Version 5.1`. */
export function readFpingVersion(output: string): VersionAnswer {
  const found = VERSION.exec(output);
  if (found === null) {
    const said = output.trim().slice(0, 80);
    return { kind: 'unsupported', detail: `it reports no version of fping but "${said}"` };
  }
  const version = { major: Number(found[1]), minor: Number(found[2]) };
  const text = found[0].replace('Version ', '');
  if (isOlder(version, OLDEST)) return { kind: 'unsupported', detail: `it has version ${text}` };
  return { kind: 'usable', version: { text, checksSource: !isOlder(version, CHECKS_SOURCE) } };
}

function isOlder(version: { major: number; minor: number }, than: { major: number; minor: number }): boolean {
  return version.major < than.major || (version.major === than.major && version.minor < than.minor);
}
