import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import { Failure, keepLast } from '@icmp-mon/platform/ui-kit';
import { AuditClient } from './audit.client';
import { AuditEntries } from './audit-entries';

const EVENTS_SHOWN = 25;

/** The events of one entity, newest first, page by page. */
@Component({
  selector: 'icm-entity-events',
  imports: [AuditEntries, Failure],
  template: `
    @if (kept.failure(); as failure) {
      <icm-failure
        what="The history could not be loaded"
        [error]="failure.error"
        [sinceMs]="page() ? failure.sinceMs : null"
        (retry)="read.reload()"
      />
    }
    @if (page(); as shown) {
      @if (shown.items.length === 0) {
        <p class="quiet note">No events{{ cursor() === null ? '' : ' before these' }}.</p>
      } @else {
        <icm-audit-entries
          label="History"
          [entries]="shown.items"
          [ofOneEntity]="true"
          [outdated]="kept.failure() !== null"
        />
      }
      @if (shown.next !== null || cursor() !== null) {
        <p class="note">
          @if (cursor() !== null) {
            <button type="button" class="button" (click)="cursor.set(null)">Newest</button>
          }
          @if (shown.next; as next) {
            <button type="button" class="button" (click)="cursor.set(next)">Older</button>
          }
        </p>
      }
    } @else if (!kept.failure()) {
      <p class="quiet note" role="status">Loading the history …</p>
    }
  `,
  styles: `
    .note {
      display: flex;
      gap: 8px;
      padding: 10px var(--icm-space-4);
    }
  `,
})
export class EntityEvents {
  readonly kind = input.required<string>();
  readonly entity = input.required<string>();
  /** Another value reads again: the version of the entity, if the page knows it. */
  readonly version = input<number | string>(0);

  private readonly subject = computed(() => ({ kind: this.kind(), entity: this.entity(), version: this.version() }));
  protected readonly cursor = linkedSignal<unknown, string | null>({ source: this.subject, computation: () => null });
  protected readonly read = inject(AuditClient).listEvents(() => {
    const { kind, entity } = this.subject();
    const cursor = this.cursor();
    return { kind, entity, limit: EVENTS_SHOWN, ...(cursor !== null && { cursor }) };
  });
  protected readonly kept = keepLast(this.read, () => `${this.kind()}:${this.entity()}`);
  protected readonly page = this.kept.value;
}
