import { Component, computed, inject, input, output } from '@angular/core';
import { Clock, AgePipe, Failure, InstantPipe, keepLast } from '@icmp-mon/platform/ui-kit';
import type { TierPolicy } from '@icmp-mon/tiers/contract';
import { TiersClient } from './tiers.client';
import { versionRows } from './version-rows';

/** The versions of a tier: who changed it, when, and what. */
@Component({
  selector: 'icm-tier-versions',
  imports: [AgePipe, Failure, InstantPipe],
  template: `
    @if (kept.failure(); as failure) {
      <icm-failure
        what="The versions could not be loaded"
        [error]="failure.error"
        [sinceMs]="kept.value() ? failure.sinceMs : null"
        (retry)="read.reload()"
      />
    }
    @if (rows(); as list) {
      <div
        class="table-scroll"
        [class.outdated]="kept.failure()"
        tabindex="0"
        role="group"
        aria-label="Versions of the tier"
      >
        <table class="plain" data-testid="tier-versions">
          <thead>
            <tr>
              <th class="number">Version</th>
              <th class="number">Age</th>
              <th>Changed by</th>
              <th>Change</th>
              <th><span class="for-screen-readers">Action</span></th>
            </tr>
          </thead>
          <tbody>
            @for (row of list; track row.version) {
              <tr>
                <td class="number">{{ row.version }}</td>
                <td class="number" [title]="row.at | instant">{{ row.at | age: nowMs() }}</td>
                <td class="by" [title]="row.by">{{ row.byName ?? row.by }}</td>
                <td class="changes">
                  @for (change of row.changes; track $index) {
                    <span>{{ change }}</span>
                  }
                </td>
                <td>
                  @if (editable() && row.policy !== null && row.version !== current()) {
                    <button
                      type="button"
                      class="button"
                      [attr.aria-label]="'Use the policy of version ' + row.version"
                      (click)="used.emit(row.policy)"
                    >
                      Use
                    </button>
                  }
                </td>
              </tr>
            }
          </tbody>
        </table>
      </div>
    } @else if (!kept.failure()) {
      <p class="quiet note" role="status">Loading the versions …</p>
    }
  `,
  styles: `
    .by {
      max-width: 260px;
      overflow: hidden;
      text-overflow: ellipsis;
    }
    .changes {
      white-space: normal;
      min-width: 260px;
    }
    .changes span {
      display: block;
    }
    .note {
      padding: 10px var(--icm-space-4);
    }
    td {
      padding-block: 4px;
    }
  `,
})
export class TierVersions {
  readonly name = input.required<string>();
  /** Version of the tier that the page shows. */
  readonly current = input.required<number>();
  readonly editable = input.required<boolean>();
  /** Emits the policy of a version that is to be copied into the form. */
  readonly used = output<TierPolicy>();
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = inject(TiersClient).listVersions(() => ({ name: this.name(), version: this.current() }));
  protected readonly kept = keepLast(this.read, this.name);
  protected readonly rows = computed(() => {
    const versions = this.kept.value();
    return versions === undefined ? undefined : versionRows(versions.items);
  });
}
