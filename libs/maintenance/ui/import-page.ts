import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { NOTICE_TAG, type NoticeAction, type NoticeImport } from '@icmp-mon/maintenance/contract';
import { CountPipe, PageTrail, problemText, readProblem, SentRequest, Toasts } from '@icmp-mon/platform/ui-kit';
import { MaintenanceClient } from './maintenance.client';
import { portalZone } from './window-text';
import { spanText } from './zone-clock';

const ACTION_TEXTS: Readonly<Record<NoticeAction, string>> = {
  ...{ schedule: 'schedules a window', amend: 'amends its window', cancel: 'cancels it' },
  ...{ end: 'ends its window', none: 'changes nothing', refused: 'is refused' },
};

/** Page `/maintenance/import`: a carrier's notices as a file or text, what they would do, and their import. */
@Component({
  selector: 'icm-import-notices',
  imports: [CountPipe, RouterLink],
  templateUrl: './import-page.html',
  styleUrls: ['./maintenance-forms.scss', './maintenance.scss'],
})
export class ImportNotices {
  private readonly client = inject(MaintenanceClient);
  private readonly toasts = inject(Toasts);
  private readonly sent = new SentRequest();

  protected readonly mayImport = inject(Session).may('maintenance:write');
  protected readonly calendar = signal('');
  protected readonly tag = signal<string>(NOTICE_TAG);
  protected readonly timeZone = signal('UTC');
  /** The answer of the last preview or import; null before, and when the form was changed since. */
  protected readonly answer = signal<NoticeImport | null>(null);
  protected readonly isImported = signal(false);
  protected readonly isBusy = this.sent.isBusy;
  protected readonly problem = computed(() => {
    const problem = this.sent.problem();
    return problem === null ? null : problemText(problem);
  });
  protected readonly rows = computed(() =>
    this.answer()?.items.map((item) => ({
      ...item,
      when: item.startsAt === null || item.endsAt === null ? '' : spanText(item.startsAt, item.endsAt, portalZone()),
      actionText: ACTION_TEXTS[item.action],
    })),
  );
  /** Number of notices whose import changes something. */
  protected readonly changing = computed(
    () => (this.answer()?.items ?? []).filter(({ action }) => action !== 'none' && action !== 'refused').length,
  );

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Maintenance', link: '/maintenance' }, { text: 'Import notices' });
  }

  protected changeField(field: 'calendar' | 'tag' | 'timeZone', text: string): void {
    this[field].set(text);
    this.answer.set(null);
    this.isImported.set(false);
    this.sent.forgetProblem();
  }

  protected async readFile(files: FileList | null): Promise<void> {
    const file = files?.[0];
    if (file === undefined) return;
    try {
      this.changeField('calendar', await file.text());
    } catch (failure) {
      this.toasts.showFailure(`The file could not be read: ${readProblem(failure).title}.`);
    }
  }

  protected async previewImport(event: Event): Promise<void> {
    event.preventDefault();
    await this.sent.sendRequest(async () => this.answer.set(await this.client.previewNotices(this.noticesRequest())));
  }

  protected async importNotices(): Promise<void> {
    await this.sent.sendRequest(async () => {
      this.answer.set(await this.client.importNotices(this.noticesRequest()));
      this.isImported.set(true);
      this.toasts.done('The notices are imported.');
    });
  }

  private noticesRequest() {
    const [tag, timeZone] = [this.tag().trim(), this.timeZone().trim()];
    return { calendar: this.calendar(), ...(tag !== '' && { tag }), ...(timeZone !== '' && { timeZone }) };
  }
}
