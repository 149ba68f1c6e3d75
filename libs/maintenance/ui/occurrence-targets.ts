import { Component, effect, inject, input, linkedSignal, untracked } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Failure, InstantPipe, keepLast } from '@icmp-mon/platform/ui-kit';
import { MaintenanceClient } from './maintenance.client';

/** Targets of an occurrence and when each was in it: the record, which stays when it has closed. */
@Component({
  selector: 'icm-occurrence-targets',
  imports: [Failure, InstantPipe, RouterLink],
  template: `
    @if (kept.failure(); as failure) {
      <icm-failure what="The targets could not be loaded" [error]="failure.error" (retry)="read.reload()" />
    }
    @if (kept.value(); as page) {
      @if (page.items.length === 0) {
        <p class="quiet">No target was in it.</p>
      }
      <ul data-testid="occurrence-targets">
        @for (each of page.items; track $index) {
          <li>
            @if (each.target; as target) {
              <a class="mono" [routerLink]="['/targets', target.id]">{{ target.ip }}</a> {{ target.name }}
              @if (target.vrf !== 'default') {
                <span class="tag">{{ target.vrf }}</span>
              }
            } @else {
              removed target {{ each.key }}
            }
            <span class="quiet">{{ each.from | instant }} – {{ each.to === null ? 'now' : (each.to | instant) }}</span>
          </li>
        }
      </ul>
      @if (cursor() !== null) {
        <button type="button" class="button" (click)="cursor.set(null)">First</button>
      }
      @if (page.next; as next) {
        <button type="button" class="button" (click)="cursor.set(next)">Next</button>
      }
    } @else if (!kept.failure()) {
      <p class="quiet" role="status">Loading the targets …</p>
    }
  `,
  styles: `
    ul {
      margin: 4px 0;
      padding-left: 20px;
    }

    li {
      min-height: 24px;
    }
  `,
})
export class OccurrenceTargets {
  readonly id = input.required<string>();
  readonly date = input.required<string>();
  readonly look = input.required<number>();
  protected readonly cursor = linkedSignal<string, string | null>({ source: this.date, computation: () => null });
  protected readonly read = inject(MaintenanceClient).listTargets(() => ({
    ...{ id: this.id(), date: this.date(), cursor: this.cursor() },
  }));
  protected readonly kept = keepLast(this.read, this.date);

  constructor() {
    effect(() => {
      if (this.look() > 0) untracked(() => this.read.reload());
    });
  }
}
