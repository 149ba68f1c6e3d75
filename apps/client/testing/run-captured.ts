import { Writable } from 'node:stream';
import { runClient } from '../run-client';

export interface Ended {
  code: number;
  out: string;
  err: string;
}

/** A stream that keeps what is written to it. */
export class Captured extends Writable {
  text = '';
  isTTY = false;

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    done();
  }
}

/** Runs a command line in this process, with an environment of its own. */
export async function runCaptured(
  argv: readonly string[],
  environment: Record<string, string> = {},
  signal = new AbortController().signal,
): Promise<Ended> {
  const [stdout, stderr] = [new Captured(), new Captured()];
  const code = await runClient(argv, {
    streams: { stdout, stderr },
    environment: { HOME: '/nonexistent', ...environment },
    signal,
  });
  return { code, out: stdout.text, err: stderr.text };
}
