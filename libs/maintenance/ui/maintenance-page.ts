import { Component, computed, effect, inject, input } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Router, RouterLink } from '@angular/router';
import { Session } from '@icmp-mon/identity/ui';
import { Icon, PageTrail, Shortcuts } from '@icmp-mon/platform/ui-kit';
import { Calendar } from './calendar';
import { openSilenceDialog } from './silence-dialog';
import { WindowList } from './window-list';

const VIEWS = [
  { view: 'list', text: 'List' },
  { view: 'month', text: 'Month' },
  { view: 'week', text: 'Week' },
] as const;
export type MaintenanceView = (typeof VIEWS)[number]['view'];

/** `/maintenance?view=&day=&zone=&state=&kind=&q=&cursor=`: windows and silences as a list, or their occurrences as a calendar. */
@Component({
  selector: 'icm-maintenance-page',
  imports: [Calendar, Icon, RouterLink, WindowList],
  template: `
    <div class="page">
      <header class="page-head">
        <h1>Maintenance</h1>
        <div class="segments" role="group" aria-label="View">
          @for (each of views; track each.view) {
            <a
              class="button"
              [routerLink]="[]"
              [queryParams]="{ view: each.view === 'list' ? null : each.view, cursor: null }"
              queryParamsHandling="merge"
              [attr.aria-current]="each.view === shown() ? 'true' : null"
              [attr.data-testid]="'view-' + each.view"
              >{{ each.text }}</a
            >
          }
        </div>
        <span class="spread"></span>
        <button type="button" class="button" data-testid="calendar-feed" (click)="openFeed()">Calendar feed</button>
        <button
          type="button"
          class="button"
          data-testid="new-silence"
          [disabled]="!maySilence()"
          [title]="
            maySilence() ? 'Silence targets (m)' : 'Requires the permission maintenance:operate, which operators have.'
          "
          (click)="openSilence()"
        >
          <icm-icon name="mute" /> Silence
        </button>
        @if (maySchedule()) {
          <a class="button" routerLink="/maintenance/import" data-testid="import-notices">
            <icm-icon name="upload" /> Import
          </a>
          <a class="button button-primary" routerLink="/maintenance/new" data-testid="new-window" title="Schedule (n)">
            <icm-icon name="plus" /> Schedule
          </a>
        } @else {
          <button
            type="button"
            class="button"
            disabled
            title="Requires the permission maintenance:write, which engineers have."
          >
            <icm-icon name="plus" /> Schedule
          </button>
        }
      </header>
      @if (shown() === 'list') {
        <icm-window-list [state]="state()" [kind]="kind()" [q]="q()" [cursor]="cursor()" />
      } @else {
        <icm-maintenance-calendar [view]="calendarView()" [day]="day()" [zone]="zone()" />
      }
    </div>
  `,
})
export class MaintenancePage {
  private readonly session = inject(Session);
  private readonly dialog = inject(MatDialog);
  private readonly router = inject(Router);

  readonly view = input<string>();
  readonly day = input<string>();
  readonly zone = input<string>();
  readonly state = input<string>();
  readonly kind = input<string>();
  readonly q = input<string>();
  readonly cursor = input<string>();

  protected readonly views = VIEWS;
  protected readonly shown = computed(() => VIEWS.find(({ view }) => view === this.view())?.view ?? 'list');
  protected readonly calendarView = computed(() => (this.shown() === 'week' ? 'week' : 'month'));
  protected readonly maySilence = computed(() => this.session.may('maintenance:operate'));
  protected readonly maySchedule = computed(() => this.session.may('maintenance:write'));

  constructor() {
    const trail = inject(PageTrail);
    effect(() => trail.showCrumbs({ text: 'Maintenance' }));
    inject(Shortcuts).add(
      { keys: 'n', label: 'Schedule a window', run: () => this.openForm() },
      { keys: 'm', label: 'Silence targets', run: () => this.openSilence() },
    );
  }

  protected async openFeed(): Promise<void> {
    const { openFeedDialog } = await import('./feed-dialog');
    openFeedDialog(this.dialog);
  }

  private openForm(): void {
    if (this.maySchedule()) void this.router.navigateByUrl('/maintenance/new');
  }

  protected openSilence(): void {
    if (this.maySilence()) openSilenceDialog(this.dialog, '');
  }
}
