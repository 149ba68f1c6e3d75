import { Component, input } from '@angular/core';
import { CountPipe } from '@icmp-mon/platform/ui-kit';
import type { BulkPreview as Preview } from '@icmp-mon/targets/contract';

/** The answer to the dry run of a bulk change: how many targets, and the first of them. */
@Component({
  selector: 'icm-bulk-preview',
  imports: [CountPipe],
  template: `
    <p data-testid="bulk-count">
      <strong>{{ preview().changes | count }}</strong> of {{ preview().count | count }} {{ noun() }} would be
      {{ participle() }}.
    </p>
    @if (preview().sample.length > 0) {
      <div class="table-scroll" tabindex="0" role="group" aria-label="Examples">
        <table class="plain">
          <thead>
            <tr>
              <th>{{ preview().changes > preview().sample.length ? 'First ' + preview().sample.length : 'All' }}</th>
              <th>Name</th>
            </tr>
          </thead>
          <tbody>
            @for (target of preview().sample; track target.vrf + ' ' + target.ip) {
              <tr>
                <td class="mono">{{ target.ip }}{{ target.vrf === 'default' ? '' : ' (' + target.vrf + ')' }}</td>
                <td>{{ target.name ?? '' }}</td>
              </tr>
            }
          </tbody>
        </table>
      </div>
    }
    @for (skipped of preview().skipped; track skipped.reason) {
      <p class="quiet">{{ skipped.count | count }} left out: {{ skipped.text }}</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 8px;
      color: var(--icm-text);
    }

    .table-scroll {
      max-height: 200px;
      overflow-y: auto;
      border: 1px solid var(--icm-line);
      border-radius: var(--icm-radius);
    }
  `,
})
export class BulkPreview {
  readonly preview = input.required<Preview>();
  /** Name of the counted things. */
  readonly noun = input('targets');
  /** Participle of what would happen to them. */
  readonly participle = input.required<string>();
}
