import { Component, computed, inject, input, resource } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { MaintenanceGlyph } from '@icmp-mon/maintenance/look';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { Clock, CountPipe, Failure, keepLast, mediaMatches, reloadEvery, Shortcuts } from '@icmp-mon/platform/ui-kit';
import { type Block, blocksOf, movedDay, placeOccurrences, type Placed, shownDays, weeksOf } from './calendar-layout';
import { CALENDAR_MAX, MaintenanceClient } from './maintenance.client';
import { WEEKDAY_TEXTS } from './rule-draft';
import { occurrenceStateText, occurrenceText, occurrenceTitle } from './window-text';
import { addDays, browserZone, zonedTime } from './zone-clock';

const AGAIN_MS = 60_000;
const DAY = /^\d{4}-\d{2}-\d{2}$/;
/** Blocks shorter than this are drawn this high, so that their text can be read, in minutes. */
const BLOCK_MINUTES_MIN = 45;
const MINUTES_PER_DAY = 24 * 60;
const HOURS = Array.from({ length: 8 }, (_, at) => `${String(at * 3).padStart(2, '0')}:00`);
const MONTHS = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** Occurrences of all windows in a month or week, on the days and times of a zone; and the same as a table. */
@Component({
  selector: 'icm-maintenance-calendar',
  imports: [CountPipe, Failure, MaintenanceGlyph, RouterLink],
  templateUrl: './calendar.html',
  styleUrl: './calendar.scss',
})
export class Calendar {
  private readonly client = inject(MaintenanceClient);
  private readonly router = inject(Router);
  private readonly nowMs = inject(Clock).nowMs;
  readonly view = input.required<'month' | 'week'>();
  readonly day = input<string>();
  readonly zone = input<string>();

  protected readonly browserZone = browserZone();
  protected readonly shownZone = computed(() => (['window', 'utc'].includes(this.zone() ?? '') ? this.zone() : 'mine'));
  /** Zone of the days; for the zones of windows, that of the browser decides what today is. */
  private readonly dayZone = computed(() => (this.shownZone() === 'utc' ? 'UTC' : this.browserZone));
  protected readonly today = computed(() => zonedTime(this.nowMs(), this.dayZone()).date);
  private readonly anchor = computed(() => {
    const day = this.day() ?? '';
    return DAY.test(day) && !Number.isNaN(Date.parse(day)) ? day : this.today();
  });
  protected readonly days = computed(() => shownDays(this.view(), this.anchor()), {
    equal: (one, other) => one.join() === other.join(),
  });
  protected readonly heading = computed(() => {
    const [first, last] = [this.days()[0], this.days()[6]];
    return this.view() === 'week' ? `${first} to ${last}` : MONTHS.format(new Date(`${this.anchor()}T00:00:00Z`));
  });

  // A day more at both ends: zones differ by up to 26 hours.
  private readonly range = computed(() => ({
    from: `${addDays(this.days()[0], -1)}T00:00:00Z`,
    to: `${addDays(this.days()[this.days().length - 1], 2)}T00:00:00Z`,
  }));
  protected readonly read = resource({
    params: this.range,
    loader: ({ params }) => this.client.readCalendar(params),
  });
  protected readonly kept = keepLast(this.read, () => this.range().from);
  protected readonly calendarMax = CALENDAR_MAX;

  private readonly placed = computed(() => {
    const zone = this.shownZone();
    const placed = placeOccurrences(this.kept.value()?.items ?? [], ({ timeZone }) =>
      zone === 'window' ? timeZone : this.dayZone(),
    );
    const [first, last] = [this.days()[0], this.days()[this.days().length - 1]];
    return placed.filter(({ firstDay, lastDay }) => firstDay <= last && lastDay >= first);
  });
  protected readonly weeks = computed(() => (this.view() === 'month' ? weeksOf(this.days(), this.placed()) : []));
  protected readonly columns = computed(() =>
    this.view() === 'week' ? this.days().map((day) => ({ day, blocks: blocksOf(day, this.placed()) })) : [],
  );
  protected readonly rows = computed(() =>
    this.placed().map(({ occurrence }) => ({
      ...occurrence,
      title: occurrenceTitle(occurrence),
      when: occurrenceText(occurrence, this.shownZone() === 'window' ? occurrence.timeZone : this.dayZone()),
      stateText: occurrenceStateText(occurrence),
    })),
  );
  protected readonly weekdays = WEEKDAY_TEXTS.map((name) => name.slice(0, 3));
  protected readonly hours = HOURS;
  protected readonly isNarrow = mediaMatches('(max-width: 640px)');
  protected readonly month = computed(() => this.anchor().slice(0, 7));

  constructor() {
    inject(LiveStream).listenToBatches(({ maintenance }) => {
      if (maintenance) this.read.reload();
    });
    reloadEvery(this.read, AGAIN_MS);
    inject(Shortcuts).add(
      { keys: '[', label: 'Earlier', run: () => this.turnCalendar(-1) },
      { keys: ']', label: 'Later', run: () => this.turnCalendar(1) },
      { keys: 't', label: 'Today', run: () => this.changeUrl({ day: null }) },
    );
  }

  protected turnCalendar(step: 1 | -1): void {
    this.changeUrl({ day: movedDay(this.view(), this.anchor(), step) });
  }

  protected changeUrl(queryParams: Readonly<Record<string, string | null>>): void {
    void this.router.navigate([], { queryParams, queryParamsHandling: 'merge' });
  }

  /** Returns the whole text of a bar, for hover and screen readers. */
  protected textOf({ occurrence }: Placed): string {
    const zone = this.shownZone() === 'window' ? occurrence.timeZone : this.dayZone();
    const where = this.shownZone() === 'window' ? ` in ${occurrence.timeZone}` : '';
    return `${occurrenceTitle(occurrence)}, ${occurrenceText(occurrence, zone)}${where}, ${occurrenceStateText(occurrence)}`;
  }

  /** Returns top, height, left and width of a block, in percent of its day. */
  protected placeOf({ fromMinute, toMinute, column, columns }: Block): Record<string, string> {
    // Where clocks are set back, an end may be before its start on the wall.
    const minutes = Math.max(BLOCK_MINUTES_MIN, toMinute - fromMinute);
    const top = Math.min(fromMinute, MINUTES_PER_DAY - minutes);
    return {
      ...{ top: `${(top / MINUTES_PER_DAY) * 100}%`, height: `${(minutes / MINUTES_PER_DAY) * 100}%` },
      ...{ left: `${(column / columns) * 100}%`, width: `${100 / columns}%` },
    };
  }
}
