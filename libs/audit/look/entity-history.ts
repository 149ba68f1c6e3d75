import { Component, input, signal } from '@angular/core';
import { EntityEvents } from './entity-events';

/**
 * Section of the page of an entity: its history in the audit, read when it is opened. For readers of the audit only: show it if the session
 * has the permission `audit:read`.
 */
@Component({
  selector: 'icm-entity-history',
  imports: [EntityEvents],
  template: `
    <details class="card" data-testid="entity-history" (toggle)="isOpen.set($any($event.target).open)">
      <summary>History</summary>
      @if (isOpen()) {
        <icm-entity-events [kind]="kind()" [entity]="entity()" [version]="version()" />
      }
    </details>
  `,
  styles: `
    summary {
      padding: 8px 16px;
      color: var(--icm-text-quiet);
      cursor: pointer;
    }
  `,
})
export class EntityHistory {
  /** Kind of entity, as in the API. */
  readonly kind = input.required<string>();
  /** Its id. */
  readonly entity = input.required<string>();
  readonly version = input<number | string>(0);
  protected readonly isOpen = signal(false);
}
