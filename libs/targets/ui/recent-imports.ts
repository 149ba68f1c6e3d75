import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { CountPipe, Failure, InstantPipe, keepLast, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { BulkClient } from './bulk.client';
import { importTitle } from './import-text';

const AGAIN_MS = 5_000;
const SHOWN = 10;

/** The newest imports, also of other users and tabs, with links to their results. */
@Component({
  selector: 'icm-recent-imports',
  imports: [CountPipe, Failure, InstantPipe, RouterLink],
  template: `
    @if (kept.failure(); as failure) {
      <icm-failure
        what="The recent imports could not be loaded"
        [error]="failure.error"
        [sinceMs]="jobs().length > 0 ? failure.sinceMs : null"
        (retry)="read.reload()"
      />
    }
    @if (jobs().length > 0) {
      <section class="card" aria-labelledby="recent-imports">
        <div class="card-head"><h2 id="recent-imports">Recent imports</h2></div>
        <div
          class="table-scroll"
          [class.outdated]="kept.failure()"
          tabindex="0"
          role="group"
          aria-labelledby="recent-imports"
        >
          <table class="plain" data-testid="recent-imports">
            <thead>
              <tr>
                <th>Started</th>
                <th>State</th>
                <th class="number">Lines</th>
                <th class="number">Created</th>
                <th class="number">Changed</th>
                <th class="number">Refused</th>
              </tr>
            </thead>
            <tbody>
              @for (job of jobs(); track job.id) {
                <tr>
                  <td>
                    <a [routerLink]="[]" [queryParams]="{ job: job.id }">{{ job.requestedAt | instant }}</a>
                  </td>
                  <td>{{ job.title }}</td>
                  <td class="number">{{ job.total | count }}</td>
                  <td class="number">{{ job.created | count }}</td>
                  <td class="number">{{ job.changed - job.created | count }}</td>
                  <td class="number">{{ job.failed | count }}</td>
                </tr>
              }
            </tbody>
          </table>
        </div>
      </section>
    }
  `,
})
export class RecentImports {
  protected readonly read = inject(BulkClient).listJobs();
  protected readonly kept = keepLast(this.read);
  protected readonly jobs = computed(() =>
    (this.kept.value()?.items ?? [])
      .filter(({ kind }) => kind === 'import')
      .slice(0, SHOWN)
      .map((job) => ({ ...job, title: importTitle(job) })),
  );

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }
}
