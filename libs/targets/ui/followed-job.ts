import {
  computed,
  DestroyRef,
  effect,
  inject,
  type Signal,
  signal,
  untracked,
  type WritableSignal,
} from '@angular/core';
import { type ReadFailure, readProblem } from '@icmp-mon/platform/ui-kit';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import { BulkClient } from './bulk.client';
import { isFinished } from './bulk-job-text';

const AGAIN_MS = 1_000;
/** Delay after a failed read, ms. */
const AFTER_FAILURE_MS = 5_000;

/** A job that is read until it has finished. */
export interface FollowedJob {
  /** The job as it was last read; null before the first read. May be set to a newer answer. */
  job: WritableSignal<BulkJobDetail | null>;
  /** Why the last read failed, null if it did not; `job` is then old. */
  failure: Signal<ReadFailure | null>;
  isDone: Signal<boolean>;
  retryRead(): void;
}

/**
 * Follows the job of an id; without one, nothing is read. Call it in an injection context.
 * @param onEnd runs when the job has finished while it was followed
 */
export function followJob(id: () => string | undefined, onEnd: () => void = () => undefined): FollowedJob {
  const client = inject(BulkClient);
  const job = signal<BulkJobDetail | null>(null);
  const failure = signal<ReadFailure | null>(null);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isLeft = false;

  const read = async (of: string): Promise<void> => {
    clearTimeout(timer);
    const wasRunning = job() !== null && !isFinished(job());
    let againMs = AGAIN_MS;
    try {
      const answer = await client.readJob(of);
      if (isLeft || of !== id()) return;
      job.set(answer);
      failure.set(null);
      if (isFinished(answer)) {
        if (wasRunning) onEnd();
        return;
      }
    } catch (error) {
      if (isLeft || of !== id()) return;
      failure.update((before) => ({ error, sinceMs: before?.sinceMs ?? Date.now() }));
      const { status } = readProblem(error);
      if (status === 404 || status === 400) return;
      againMs = AFTER_FAILURE_MS;
    }
    clearTimeout(timer);
    timer = setTimeout(() => void read(of), againMs);
  };

  inject(DestroyRef).onDestroy(() => {
    isLeft = true;
    clearTimeout(timer);
  });
  effect(() => {
    const next = id();
    untracked(() => {
      clearTimeout(timer);
      failure.set(null);
      if (job()?.id !== next) job.set(null);
      if (next !== undefined) void read(next);
    });
  });
  return {
    ...{ job, failure: failure.asReadonly(), isDone: computed(() => isFinished(job())) },
    retryRead: () => {
      const current = id();
      if (current !== undefined) void read(current);
    },
  };
}
