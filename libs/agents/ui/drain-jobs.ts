import { Component, computed, inject, input } from '@angular/core';
import type { DrainJob } from '@icmp-mon/agents/contract';
import { Session } from '@icmp-mon/identity/ui';
import { Failure, InstantPipe, keepLast, reloadEvery, Toasts } from '@icmp-mon/platform/ui-kit';
import { AgentsClient } from './agents.client';

const AGAIN_MS = 2_000;
/** Ended jobs that are shown. */
const ENDED_MAX = 2;

/** Jobs that drain several agents: the unfinished ones with their progress, and the latest others. */
@Component({
  selector: 'icm-drain-jobs',
  imports: [Failure, InstantPipe],
  template: `
    @if (!isFailureKnown() && kept.failure(); as failure) {
      <icm-failure
        what="The drain jobs could not be loaded"
        [error]="failure.error"
        [sinceMs]="shown().length > 0 ? failure.sinceMs : null"
        (retry)="read.reload()"
      />
    }
    @for (job of shown(); track job.id) {
      <section
        class="card"
        [class.outdated]="kept.failure()"
        [attr.data-testid]="'drain-job-' + job.state"
        aria-label="Drain of several agents"
      >
        <div class="card-head">
          <h2>Drain of {{ job.agents.length }} {{ job.agents.length === 1 ? 'agent' : 'agents' }}</h2>
          <span class="tag" [class.warn]="job.why !== null">{{ job.state }}</span>
          <span class="spread"></span>
          @if (job.finishedAt === null && mayChange()) {
            <button type="button" class="button" data-testid="drain-cancel" (click)="cancelJob(job)">Cancel</button>
          }
        </div>
        <div class="inside">
          <p role="status" data-testid="drain-progress">{{ job.progress || 'Waiting for the worker' }}</p>
          @if (job.why; as why) {
            <p class="warn" data-testid="drain-why">{{ why }}</p>
          }
          <p class="quiet">
            Since {{ job.requestedAt | instant }}, {{ job.atOnce }} at a time{{ job.reason ? ': ' + job.reason : '' }}
          </p>
        </div>
      </section>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 12px;
    }
    :host:empty {
      display: none;
    }
    .inside {
      display: flex;
      flex-direction: column;
      gap: 4px;
      padding: 4px 16px 12px;
    }
    p {
      margin: 0;
      overflow-wrap: anywhere;
    }
    .warn {
      color: var(--icm-degraded);
    }
  `,
})
export class DrainJobs {
  private readonly client = inject(AgentsClient);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  protected readonly mayChange = computed(() => this.session.may('agents:write'));
  protected readonly read = this.client.listDrainJobs();
  protected readonly kept = keepLast(this.read);
  /** Whether the page already shows that its reads fail. */
  readonly isFailureKnown = input(false);
  protected readonly shown = computed(() => {
    const jobs = this.kept.value()?.items ?? [];
    const unfinished = jobs.filter(({ finishedAt }) => finishedAt === null);
    return [...unfinished, ...jobs.filter(({ finishedAt }) => finishedAt !== null).slice(0, ENDED_MAX)];
  });

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }

  /** Reads the jobs again, as after a request. */
  reloadJobs(): void {
    this.read.reload();
  }

  protected async cancelJob({ id }: DrainJob): Promise<void> {
    try {
      await this.client.cancelDrainJob(id);
      this.toasts.done('No further agent is drained. Agents whose drain has begun continue to drain.');
    } catch (failure) {
      this.toasts.showRefusal('The job was not cancelled.', failure);
    }
    this.read.reload();
  }
}
