import { Component, computed, DestroyRef, inject, input, linkedSignal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { Clock, CountPipe, Empty, Failure, keepLast, PageLinks, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { MaintenanceGlyph } from '@icmp-mon/maintenance/look';
import { MaintenanceClient } from './maintenance.client';
import { OccurrenceActions } from './occurrence-actions';
import { ruleText } from './rule-draft';
import { occurrenceText, portalZone, stateText, windowTitle } from './window-text';

/** A notification of a change may be lost; then the list is at most this old, ms. */
const AGAIN_MS = 30_000;
const TYPING_MS = 250;
const PAGE_LIMIT = '100';

/** Windows and silences: what is open first, then by the next start; or windows that are over or cancelled. */
@Component({
  selector: 'icm-window-list',
  imports: [CountPipe, Empty, Failure, MaintenanceGlyph, OccurrenceActions, PageLinks, RouterLink],
  templateUrl: './window-list.html',
  styleUrl: './maintenance.scss',
})
export class WindowList {
  private readonly router = inject(Router);
  private readonly nowMs = inject(Clock).nowMs;
  readonly state = input<string>();
  readonly kind = input<string>();
  readonly q = input<string>();
  readonly cursor = input<string>();

  protected readonly isPast = computed(() => this.state() === 'past');
  protected readonly shownKind = computed(() => (['window', 'silence'].includes(this.kind() ?? '') ? this.kind() : ''));
  private readonly asked = computed(() => {
    const [kind, q, cursor] = [this.shownKind(), this.q()?.trim(), this.cursor()];
    return {
      ...{ limit: PAGE_LIMIT, state: this.isPast() ? 'past' : 'active', ...(!this.isPast() && { sort: 'next' }) },
      ...{ ...(kind && { kind }), ...(q && { q }), ...(cursor && { cursor }) },
    };
  });
  protected readonly read = inject(MaintenanceClient).listWindows(this.asked);
  protected readonly kept = keepLast(this.read, () => JSON.stringify(this.asked()));
  protected readonly isFiltered = computed(() => this.shownKind() !== '' || (this.q() ?? '') !== '');
  protected readonly rows = computed(() => {
    const zone = portalZone();
    return this.kept.value()?.items.map((window) => {
      const { definition, next } = window;
      const ownZone = definition.timeZone;
      return {
        ...window,
        title: windowTitle(window),
        stateText: stateText(window, this.nowMs()),
        when: next === null ? '' : occurrenceText(next, zone),
        inOwnZone: next === null || ownZone === zone ? '' : `${occurrenceText(next, ownZone)} in ${ownZone}`,
        rule: window.kind === 'silence' ? 'silence' : ruleText(definition.rrule),
      };
    });
  });
  protected readonly typed = linkedSignal(() => this.q() ?? '');
  private typing: ReturnType<typeof setTimeout> | undefined;

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.typing));
    inject(LiveStream).listenToBatches(({ maintenance }) => {
      if (maintenance) this.read.reload();
    });
    reloadEvery(this.read, AGAIN_MS);
  }

  protected typeFilter(text: string): void {
    this.typed.set(text);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.changeUrl({ q: text.trim() || null }), TYPING_MS);
  }

  protected changeUrl(queryParams: Readonly<Record<string, string | null>>): void {
    const params = { ...queryParams, cursor: null };
    void this.router.navigate([], { queryParams: params, queryParamsHandling: 'merge', replaceUrl: true });
  }
}
