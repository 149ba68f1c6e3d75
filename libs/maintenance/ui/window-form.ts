import {
  afterNextRender,
  Component,
  computed,
  effect,
  ElementRef,
  inject,
  input,
  signal,
  untracked,
} from '@angular/core';
import { form, FormField, submit } from '@angular/forms/signals';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import type { WindowView } from '@icmp-mon/maintenance/contract';
import { LabelledField } from '@icmp-mon/platform/form-fields';
import {
  Clock,
  Failure,
  keepLast,
  newRequestKey,
  PageTrail,
  type Problem,
  problemText,
  readProblem,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { checkWindow, hasField } from './check-window';
import { MaintenanceClient } from './maintenance.client';
import { RuleFields } from './rule-fields';
import { ScopeField } from './scope-field';
import { draftOfWindow, newDraft, readDates, requestOf, skippedDates, type WindowDraft } from './window-draft';
import { WindowPreviewBox } from './window-preview';
import { browserZone, knownZones } from './zone-clock';

/** Pages `/maintenance/new` and `/maintenance/:id/amend`: the definition of a window, with a preview of what it means. */
@Component({
  selector: 'icm-window-form',
  imports: [Failure, FormField, LabelledField, RouterLink, RuleFields, ScopeField, WindowPreviewBox],
  templateUrl: './window-form.html',
  styleUrl: './maintenance-forms.scss',
})
export class WindowForm {
  private readonly client = inject(MaintenanceClient);
  private readonly router = inject(Router);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef);
  /** Id of the window to amend; absent for a new one. */
  readonly id = input<string>();
  /** Scope with which a new window begins. */
  readonly scope = input<string>();

  protected readonly read = this.client.readWindow(() => this.id() ?? null);
  protected readonly kept = keepLast(this.read, this.id);
  /** The window as it was read first: a later version is a conflict, which the server reports. */
  protected readonly before = signal<WindowView | null>(null);
  protected readonly draft = signal<WindowDraft>(newDraft(inject(Clock).nowMs(), browserZone()));
  protected readonly problem = signal<Problem | null>(null);
  protected readonly problemText = computed(() => {
    const problem = this.problem();
    return problem === null ? null : problemText(problem);
  });
  protected readonly isReady = computed(() => this.id() === undefined || this.before() !== null);
  protected readonly maySchedule = computed(() => this.session.may('maintenance:write'));
  protected readonly zones = knownZones();
  protected readonly scopeError = computed(() => {
    const field = this.fields.scope();
    return field.touched() ? (field.errors()[0]?.message ?? null) : null;
  });
  private readonly requestKey = newRequestKey();

  /** Messages of the server by field, of the last attempt only: another field may have been corrected. */
  private readonly refused = signal<Readonly<Record<string, string>>>({});

  protected readonly fields = form(this.draft, (path) => checkWindow(path, this.refused));
  /** The request of the draft; null while it has a fault that the form knows. */
  protected readonly request = computed(() => {
    const isValid = Object.values({ ...this.draft() }).length > 0 && this.fields().errorSummary().every(isOfServer);
    return isValid ? requestOf(this.draft(), this.before()?.definition ?? null) : null;
  });

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const title = this.before()?.definition.title ?? '…';
      const last = this.id() === undefined ? { text: 'Schedule' } : { text: `Amend ${title}` };
      trail.showCrumbs({ text: 'Maintenance', link: '/maintenance' }, last);
    });
    effect(() => {
      const window = this.kept.value();
      untracked(() => {
        if (window === undefined || this.before() !== null) return;
        this.before.set(window);
        this.draft.set(draftOfWindow(window));
      });
    });
    afterNextRender(() => {
      const scope = this.scope();
      if (scope !== undefined) this.draft.update((draft) => ({ ...draft, scope }));
      this.focusOn('[data-testid="window-title"]');
    });
  }

  protected changeDraft(change: Partial<WindowDraft>): void {
    this.draft.update((draft) => ({ ...draft, ...change }));
  }

  protected async saveWindow(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    this.refused.set({});
    await submit(this.fields, async () => {
      try {
        const window = await this.sendWindow();
        await this.skipDates(window);
        this.toasts.done(`${window.definition.title} is ${this.before() === null ? 'scheduled' : 'amended'}.`);
        await this.router.navigate(['/maintenance', window.id]);
      } catch (failure) {
        this.showProblem(readProblem(failure));
      }
    });
    this.focusOn('[aria-invalid="true"], [data-testid="window-problem"]');
  }

  private sendWindow(): Promise<WindowView> {
    const before = this.before();
    const request = requestOf(this.draft(), before?.definition ?? null);
    return before === null
      ? this.client.scheduleWindow(request, this.requestKey)
      : this.client.amendWindow(before, request);
  }

  /** Skips the dates of the form, and lets others follow the rule again. What fails is reported; the window is saved by then. */
  private async skipDates(window: WindowView): Promise<void> {
    const read = readDates(this.draft().skipped);
    const [wanted, known] = ['dates' in read ? read.dates : [], skippedDates(window.changes)];
    for (const date of wanted.filter((each) => !known.includes(each))) {
      await this.tryDate(date, () => this.client.changeDate(window.id, date, { skip: true }));
    }
    for (const date of known.filter((each) => !wanted.includes(each))) {
      await this.tryDate(date, () => this.client.restoreDate(window.id, date));
    }
  }

  private async tryDate(date: string, change: () => Promise<unknown>): Promise<void> {
    try {
      await change();
    } catch (failure) {
      this.toasts.showRefusal(`The window is saved, but ${date} was not changed.`, failure);
    }
  }

  /** Shows the server's messages at their fields, other problems above the form. */
  private showProblem(problem: Problem): void {
    const { rrule, ...texts } = problem.fields;
    const fields = { ...texts, ...(rrule !== undefined && { rule: rrule }) };
    this.refused.set(fields);
    this.problem.set(hasField(fields) ? null : problem);
  }

  private focusOn(selector: string): void {
    this.host.nativeElement.querySelector<HTMLElement>(selector)?.focus();
  }
}

/** The server's messages of the last attempt do not stop the preview of what was changed since. */
const isOfServer = ({ kind }: { kind: string }): boolean => kind === 'server';
