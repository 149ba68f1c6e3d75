import { Component, computed, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { CountPipe, Failure, keepLast, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { TiersClient } from './tiers.client';

const AGAIN_MS = 15_000;

/** Card of the targets that are not placed as their tier asks, by tier and reason. Nothing is shown while there are none. */
@Component({
  selector: 'icm-unplaced-targets',
  imports: [CountPipe, Failure, RouterLink],
  template: `
    @if (kept.failure(); as failure) {
      <icm-failure
        what="The targets that are not placed as asked could not be counted"
        [error]="failure.error"
        [sinceMs]="kept.value() ? failure.sinceMs : null"
        (retry)="read.reload()"
      />
    }
    @if (counts().length > 0) {
      <section class="card" aria-labelledby="unplaced-title" data-testid="unplaced" [class.outdated]="kept.failure()">
        <div class="card-head">
          <h2 id="unplaced-title">
            {{ total() | count }} {{ total() === 1 ? 'target' : 'targets' }} not placed as asked
          </h2>
          <span class="spread"></span>
          <a routerLink="/targets" [queryParams]="{ filter: 'placement!=ok' }">Show in the list</a>
        </div>
        <ul>
          @for (entry of counts(); track entry.tier + entry.reason) {
            <li>
              <a [routerLink]="['/settings/tiers', entry.tier]">{{ entry.tier }}</a>:
              <a routerLink="/targets" [queryParams]="{ filter: entry.filter }"
                >{{ entry.count | count }} {{ entry.count === 1 ? 'target' : 'targets' }}</a
              >, {{ entry.text }}
            </li>
          }
        </ul>
      </section>
    }
  `,
  styles: `
    /* Otherwise the page has the gap of its cards twice. */
    :host(:empty) {
      display: none;
    }
    .card {
      box-shadow: inset 4px 0 0 var(--icm-degraded);
    }
    ul {
      display: flex;
      flex-direction: column;
      gap: 4px;
      margin: 0;
      padding: 10px var(--icm-space-4) 12px;
      list-style: none;
    }
  `,
})
export class UnplacedTargets {
  protected readonly read = inject(TiersClient).listPlacement();
  protected readonly kept = keepLast(this.read);
  protected readonly counts = computed(() => this.kept.value()?.items ?? []);
  protected readonly total = computed(() => this.counts().reduce((sum, { count }) => sum + count, 0));

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }
}
