import { Component, computed, effect, inject, input, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { MaintenanceGlyph } from '@icmp-mon/maintenance/look';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import {
  Clock,
  type Confirmation,
  ConfirmDialog,
  Failure,
  InstantPipe,
  keepLast,
  PageTrail,
  reloadEvery,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { MaintenanceClient } from './maintenance.client';
import { OccurrenceActions } from './occurrence-actions';
import { OccurrenceTable } from './occurrence-table';
import { ruleText } from './rule-draft';
import { inScopeText } from './scope-field';
import { WindowChanges } from './window-changes';
import { occurrenceText, occurrenceTitle, portalZone, slaText, stateText, windowTitle } from './window-text';

const AGAIN_MS = 30_000;

/** `/maintenance/:id`: a window or silence, its occurrences with their targets, what else is planned at the time, and who changed what. */
@Component({
  selector: 'icm-window-page',
  imports: [Failure, InstantPipe, MaintenanceGlyph, OccurrenceActions, OccurrenceTable, RouterLink, WindowChanges],
  templateUrl: './window-page.html',
  styleUrl: './maintenance.scss',
})
export class WindowPageView {
  private readonly client = inject(MaintenanceClient);
  private readonly session = inject(Session);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly nowMs = inject(Clock).nowMs;
  readonly id = input.required<string>();

  protected readonly read = this.client.readWindow(this.id);
  protected readonly kept = keepLast(this.read, this.id);
  protected readonly window = computed(() => this.kept.value());
  /** Changes whenever windows or their targets did, so that the tables read again. */
  protected readonly look = signal(0);
  protected readonly isBusy = signal(false);
  protected readonly mayOperate = computed(() => this.session.may('maintenance:operate'));
  protected readonly mayWrite = computed(() => this.session.may('maintenance:write'));
  protected readonly isSilence = computed(() => this.window()?.kind === 'silence');
  protected readonly isActive = computed(() => ['open', 'planned'].includes(this.window()?.state ?? ''));
  protected readonly zone = computed(portalZone);
  protected readonly texts = computed(() => {
    const window = this.window();
    if (window === undefined) return null;
    const { definition, next } = window;
    const { timeZone, startTime, endTime, endDayOffset, slaClass } = definition;
    const offset = endDayOffset === 0 ? '' : endDayOffset === 1 ? ' the next day' : ` ${endDayOffset} days later`;
    return {
      title: windowTitle(window),
      state: stateText(window, this.nowMs()),
      next: next === null ? '' : occurrenceText(next, this.zone()),
      times: this.isSilence() ? '' : `${startTime} to ${endTime}${offset} in ${timeZone}`,
      rule: this.isSilence() ? '' : ruleText(definition.rrule),
      sla: slaText(slaClass),
    };
  });

  private readonly counts = keepLast(
    this.client.countTargets(() => {
      this.look();
      return this.window()?.definition.scope ?? null;
    }),
    this.id,
  );
  protected readonly inScope = computed(() => {
    const counts = this.counts.value();
    if (counts !== undefined) return inScopeText(counts);
    return this.counts.failure() === null ? 'Counting …' : 'The targets could not be counted.';
  });

  private readonly overlapping = keepLast(
    this.client.listOverlapping(() => {
      this.look();
      const next = this.window()?.next ?? null;
      return next === null ? null : { from: next.startsAt, to: next.endsAt };
    }),
    this.id,
  );
  protected readonly others = computed(() =>
    (this.overlapping.value()?.items ?? [])
      .filter(({ windowId }) => windowId !== this.id())
      .map((each) => ({ ...each, title: occurrenceTitle(each), when: occurrenceText(each, this.zone()) })),
  );

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const text = this.texts()?.title ?? '…';
      trail.showCrumbs({ text: 'Maintenance', link: '/maintenance' }, { text });
    });
    inject(LiveStream).listenToBatches(({ maintenance }) => {
      if (maintenance) this.lookAgain();
    });
    reloadEvery(this.read, AGAIN_MS);
  }

  protected lookAgain(): void {
    this.read.reload();
    this.look.update((look) => look + 1);
  }

  protected cancelWindow(title: string): void {
    const data: Confirmation = {
      title: `Cancel “${title}”?`,
      text: 'What is open closes now, and what is planned is removed. What was recorded stays.',
      action: 'Cancel it',
    };
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '420px' });
    closed.afterClosed().subscribe((confirmed) => {
      if (confirmed === true) void this.sendCancellation(title);
    });
  }

  private async sendCancellation(title: string): Promise<void> {
    this.isBusy.set(true);
    try {
      this.read.set(await this.client.cancelWindow(this.id()));
      this.look.update((look) => look + 1);
      this.toasts.done(`${title} is cancelled.`);
    } catch (failure) {
      this.toasts.showRefusal(`${title} was not cancelled.`, failure);
    } finally {
      this.isBusy.set(false);
    }
  }
}
