import { pause } from '@icmp-mon/platform/concurrency';
import { Refusal } from '../api/refusal';
import type { Session } from '../session';

const LOOK_MS = 500;
const LOOK_MAX_MS = 5_000;

/** Work on the server that a command follows. */
export interface Followed<Job> {
  read: () => Promise<Job>;
  progressOf: (job: Job) => string;
  /** Message of a command that Ctrl-C ended: that the work continues, and where. */
  whereNext: string;
}

/**
 * Reads a job until it has ended, and prints its progress when it changes.
 * @throws Refusal when Ctrl-C ended the command
 */
export async function untilEnded<Job extends { finishedAt: string | null }>(
  { output, signal }: Pick<Session, 'output' | 'signal'>,
  { read, progressOf, whereNext }: Followed<Job>,
): Promise<Job> {
  let [shown, waitMs] = ['', LOOK_MS];
  for (;;) {
    const job = await read().catch((error: unknown) => {
      throw signal.aborted ? new Refusal(whereNext) : error;
    });
    if (job.finishedAt !== null) return job;
    const progress = progressOf(job);
    waitMs = progress === shown ? Math.min(LOOK_MAX_MS, waitMs * 1.5) : LOOK_MS;
    if (progress !== shown) output.note(progress);
    shown = progress;
    await pause(waitMs, signal);
    if (signal.aborted) throw new Refusal(whereNext);
  }
}

/** Returns how a job ended, for a sentence: `failed`, `was cancelled`. */
export const endText = (state: string): string => (state === 'failed' ? state : `was ${state}`);
