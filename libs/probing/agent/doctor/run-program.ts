import { execFile } from 'node:child_process';

const OUTPUT_BYTES_MAX = 64 * 1024;

export interface ProgramEnd {
  /** Null: the program could not be started, was killed, or took too long. */
  code: number | null;
  /** Output of both streams, or why there is none. */
  output: string;
}

/** Runs a program without shell and environment. Never rejects. */
export function runProgram(path: string, args: readonly string[], timeoutMs: number): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const options = { env: {}, cwd: '/', timeout: timeoutMs, maxBuffer: OUTPUT_BYTES_MAX };
    execFile(path, [...args], options, (error, stdout, stderr) => {
      const output = `${stdout}${stderr}`.trim();
      if (error === null) return resolve({ code: 0, output });
      const code = typeof error.code === 'number' ? error.code : null;
      resolve({ code, output: output === '' ? error.message : output });
    });
  });
}
