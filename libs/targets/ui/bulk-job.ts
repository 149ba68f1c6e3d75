import { Component, computed, DestroyRef, effect, inject, input, output, signal, untracked } from '@angular/core';
import { Session } from '@icmp-mon/identity/ui';
import { CountPipe, newRequestKey, problemText, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import type { BulkJobDetail } from '@icmp-mon/targets/contract';
import { RouterLink } from '@angular/router';
import { BulkClient } from './bulk.client';
import { countsText, isFinished, jobSentence, jobTitle, leftOutText } from './bulk-job-text';

const AGAIN_MS = 1_000;
/** Delay after a failed read, ms. */
const AFTER_FAILURE_MS = 5_000;

/** Progress and result of a bulk job, whose id is in the URL; also after a reload. */
@Component({
  selector: 'icm-bulk-job',
  imports: [CountPipe, RouterLink],
  templateUrl: './bulk-job.html',
  styleUrl: './bulk-job.scss',
})
export class BulkJob {
  private readonly client = inject(BulkClient);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  private timer: ReturnType<typeof setTimeout> | undefined;

  readonly id = input.required<string>();
  readonly closed = output();
  /** Emits when the job has finished while it was shown. */
  readonly finished = output();

  protected readonly job = signal<BulkJobDetail | null>(null);
  /** Why the last read failed; the progress is then old. */
  protected readonly failure = signal<string | null>(null);
  protected readonly isDone = computed(() => isFinished(this.job()));
  protected readonly mayCancel = computed(() => this.session.may('targets:write') && !this.isDone());
  protected readonly title = computed(() => jobTitle(this.job()));
  protected readonly sentence = computed(() => jobSentence(this.job()));
  protected readonly leftOut = computed(() => leftOutText(this.job()));
  protected readonly counts = computed(() => countsText(this.job()));

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.timer));
    effect(() => {
      const id = this.id();
      untracked(() => {
        this.job.set(null);
        void this.readJob(id);
      });
    });
  }

  protected async cancel(): Promise<void> {
    try {
      this.job.set(await this.client.cancelJob(this.id(), newRequestKey()));
    } catch (failure) {
      this.toasts.showRefusal('The job was not cancelled.', failure);
    }
  }

  private async readJob(id: string): Promise<void> {
    clearTimeout(this.timer);
    const wasRunning = !this.isDone() && this.job() !== null;
    let againMs = AGAIN_MS;
    try {
      const job = await this.client.readJob(id);
      if (id !== this.id()) return;
      this.job.set(job);
      this.failure.set(null);
      if (isFinished(job)) {
        if (wasRunning) this.finished.emit();
        return;
      }
    } catch (failure) {
      if (id !== this.id()) return;
      const problem = readProblem(failure);
      this.failure.set(problemText(problem));
      if (problem.status === 404 || problem.status === 400) return;
      againMs = AFTER_FAILURE_MS;
    }
    this.timer = setTimeout(() => void this.readJob(id), againMs);
  }
}
