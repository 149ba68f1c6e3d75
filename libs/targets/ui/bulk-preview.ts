import { Component, computed, input } from '@angular/core';
import { CountPipe } from '@icmp-mon/platform/ui-kit';
import type { BulkPreview as Preview } from '@icmp-mon/targets/contract';
import { requestSentence } from './bulk-sentence';
import type { BulkRequest } from './bulk.client';

/** The answer to the dry run of a bulk change: what it does in one sentence, what it leaves out, and the first targets. */
@Component({
  selector: 'icm-bulk-preview',
  imports: [CountPipe],
  template: `
    <p data-testid="bulk-sentence">
      <strong>{{ sentence() }}</strong>
    </p>
    @for (skipped of preview().skipped; track skipped.reason) {
      <details>
        <summary>{{ skipped.count | count }} left out: {{ skipped.text }}</summary>
        <ul class="mono">
          @for (target of skipped.sample; track target.vrf + ' ' + target.ip) {
            <li>
              {{ target.ip }}{{ target.vrf === 'default' ? '' : ' (' + target.vrf + ')' }} {{ target.name ?? '' }}
            </li>
          }
          @if (skipped.count > skipped.sample.length) {
            <li>… and {{ skipped.count - skipped.sample.length | count }} more</li>
          }
        </ul>
      </details>
    }
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
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 8px;
      color: var(--icm-text);
    }

    summary {
      color: var(--icm-text-quiet);
      cursor: pointer;
    }

    ul {
      margin: 4px 0 0;
      padding: 0 0 0 16px;
      max-height: 160px;
      overflow-y: auto;
      list-style: none;
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
  readonly request = input.required<BulkRequest>();
  protected readonly sentence = computed(() => requestSentence(this.request(), this.preview()));
}
