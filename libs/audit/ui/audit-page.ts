import { Component, computed, inject, input } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { AuditQuery } from '@icmp-mon/audit/contract';
import { AuditClient, AuditEntries, type EventsAsked, exportAddress, KindTextPipe } from '@icmp-mon/audit/look';
import { SettingsNav } from '@icmp-mon/identity/ui';
import { Empty, Failure, keepLast, PageLinks, PageTrail, reloadEvery } from '@icmp-mon/platform/ui-kit';

/** New events that are counted. */
const FOLLOW_MAX = 100;
const FOLLOW_EVERY_MS = 5_000;
const FIELDS = ['actor', 'kind', 'entity', 'event', 'from', 'to'] as const;

/** Page `/settings/audit`: who changed what. The filter is in the address, so that it can be sent and kept. */
@Component({
  selector: 'icm-audit-page',
  imports: [AuditEntries, Empty, Failure, KindTextPipe, PageLinks, RouterLink, SettingsNav],
  templateUrl: './audit-page.html',
  styleUrl: './audit-page.scss',
})
export class AuditPage {
  readonly actor = input<string>();
  readonly kind = input<string>();
  readonly entity = input<string>();
  readonly event = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();
  readonly correlation = input<string>();
  /** `false`: each event of a job is listed. */
  readonly folded = input<string>();
  readonly cursor = input<string>();

  private readonly client = inject(AuditClient);
  private readonly router = inject(Router);
  private readonly filter = computed(() => presentOf({ ...this.askedFields(), folded: this.folded() }));
  private readonly kindsRead = keepLast(this.client.listKinds());
  protected readonly kinds = computed(() => this.kindsRead.value()?.items ?? []);
  protected readonly read = this.client.listEvents(() => ({
    ...this.filter(),
    ...presentOf({ cursor: this.cursor() }),
  }));
  protected readonly kept = keepLast(this.read, () => JSON.stringify([this.filter(), this.cursor()]));
  protected readonly page = this.kept.value;
  protected readonly exported = computed(() => exportAddress(this.filter()));

  /** Events since the page was read; only on the first page, and not for a time that has ended. */
  protected readonly following = this.client.listEvents(() => {
    const after = this.page()?.newest;
    if (after === undefined || this.cursor() || this.to()) return null;
    return { ...this.filter(), after, limit: FOLLOW_MAX };
  });
  protected readonly followed = keepLast(this.following, () => this.page()?.newest);
  protected readonly isOld = computed(() => (this.kept.failure() ?? this.followed.failure()) !== null);
  protected readonly newCount = computed(() => {
    const shown = new Set(this.page()?.items.map(({ id }) => id));
    return (this.followed.value()?.items ?? []).filter(({ id }) => !shown.has(id)).length;
  });

  protected readonly followMax = FOLLOW_MAX;

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Settings', link: '/settings' }, { text: 'Audit' });
    reloadEvery(this.following, FOLLOW_EVERY_MS);
  }

  protected applyFilter(event: Event): void {
    event.preventDefault();
    const form = new FormData(event.target as HTMLFormElement);
    const texts = FIELDS.map((name) => [name, String(form.get(name) ?? '').trim() || null]);
    const folded = form.has('each') ? 'false' : null;
    void this.router.navigate(['/settings/audit'], { queryParams: { ...Object.fromEntries(texts), folded } });
  }

  protected showNewest(): void {
    this.read.reload();
  }

  private askedFields(): Record<string, string | undefined> {
    const fields = FIELDS.map((name) => [name, this[name]()]);
    return { ...Object.fromEntries(fields), correlation: this.correlation() };
  }
}

/** Returns the members that have a text; as a query they are texts. */
function presentOf(members: Record<string, string | undefined>): AuditQuery & EventsAsked {
  return Object.fromEntries(Object.entries(members).filter(([, text]) => text !== undefined && text !== ''));
}
