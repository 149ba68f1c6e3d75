import { Component, computed, effect, inject, input, linkedSignal, untracked } from '@angular/core';
import { DateTimePipe, Failure, keepLast, zonesText } from '@icmp-mon/platform/ui-kit';
import { MaintenanceClient } from './maintenance.client';

/** Changes of a window and its occurrences with their actors, newest first. */
@Component({
  selector: 'icm-window-changes',
  imports: [DateTimePipe, Failure],
  template: `
    <section class="card" aria-labelledby="changes-title">
      <div class="card-head"><h2 id="changes-title">Who changed what</h2></div>
      @if (kept.failure(); as failure) {
        <icm-failure
          what="The changes could not be loaded"
          [error]="failure.error"
          [sinceMs]="kept.value() ? failure.sinceMs : null"
          (retry)="read.reload()"
        />
      }
      @if (kept.value(); as page) {
        <div class="table-scroll" tabindex="0" role="group" aria-label="Changes" [class.outdated]="kept.failure()">
          <table class="plain" data-testid="window-changes">
            <thead>
              <tr>
                <th>When ({{ zone() }})</th>
                <th>Who</th>
                <th>What</th>
              </tr>
            </thead>
            <tbody>
              @for (change of page.items; track $index) {
                <tr>
                  <td>{{ change.at | dateTime }}</td>
                  <td>{{ change.byName ?? change.by }}</td>
                  <td class="text">{{ change.did }}{{ change.date === null ? '' : ' (' + change.date + ')' }}</td>
                </tr>
              }
            </tbody>
          </table>
        </div>
        @if (page.next !== null || cursor() !== null) {
          <p class="note tools">
            @if (cursor() !== null) {
              <button type="button" class="button" (click)="cursor.set(null)">Newest</button>
            }
            @if (page.next; as next) {
              <button type="button" class="button" (click)="cursor.set(next)">Older</button>
            }
          </p>
        }
      } @else if (!kept.failure()) {
        <p class="quiet note" role="status">Loading the changes …</p>
      }
    </section>
  `,
  styleUrl: './maintenance.scss',
})
export class WindowChanges {
  readonly id = input.required<string>();
  readonly look = input.required<number>();
  protected readonly cursor = linkedSignal<string, string | null>({ source: this.id, computation: () => null });
  protected readonly read = inject(MaintenanceClient).listChanges(() => ({ id: this.id(), cursor: this.cursor() }));
  protected readonly kept = keepLast(this.read, this.id);
  protected readonly zone = computed(() => {
    const times = (this.kept.value()?.items ?? []).map(({ at }) => Date.parse(at));
    return zonesText(times.at(-1) ?? Date.now(), times[0] ?? Date.now());
  });

  constructor() {
    effect(() => {
      if (this.look() > 0) untracked(() => this.read.reload());
    });
  }
}
