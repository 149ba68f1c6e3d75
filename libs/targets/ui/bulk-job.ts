import { Component, computed, inject, input, output } from '@angular/core';
import { Session } from '@icmp-mon/identity/ui';
import { CountPipe, newRequestKey, problemText, readProblem, Toasts } from '@icmp-mon/platform/ui-kit';
import { RouterLink } from '@angular/router';
import { BulkClient } from './bulk.client';
import { countsText, jobSentence, jobTitle, leftOutText } from './bulk-job-text';
import { followJob } from './followed-job';

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

  readonly id = input.required<string>();
  readonly closed = output();
  /** Emits when the job has finished while it was shown. */
  readonly finished = output();

  private readonly followed = followJob(this.id, () => this.finished.emit());
  protected readonly job = this.followed.job;
  /** Why the last read failed; the progress is then old. */
  protected readonly failure = computed(() => {
    const failure = this.followed.failure();
    return failure === null ? null : problemText(readProblem(failure.error));
  });
  protected readonly isDone = this.followed.isDone;
  protected readonly mayCancel = computed(() => this.session.may('targets:write') && !this.isDone());
  protected readonly title = computed(() => jobTitle(this.job()));
  protected readonly sentence = computed(() => jobSentence(this.job()));
  protected readonly leftOut = computed(() => leftOutText(this.job()));
  protected readonly counts = computed(() => countsText(this.job()));

  protected async cancel(): Promise<void> {
    try {
      this.job.set(await this.client.cancelJob(this.id(), newRequestKey()));
    } catch (failure) {
      this.toasts.showRefusal('The job was not cancelled.', failure);
    }
  }
}
