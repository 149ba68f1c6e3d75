import { Component, computed, effect, inject, input, resource, signal } from '@angular/core';
import type { PreviewedOccurrence, ScheduleWindowRequest } from '@icmp-mon/maintenance/contract';
import { CountPipe, keepLast, readProblem } from '@icmp-mon/platform/ui-kit';
import { MaintenanceClient } from './maintenance.client';
import { minutesText } from './window-text';
import { browserZone, spanText } from './zone-clock';

const TYPING_MS = 400;

/** Preview of a definition while it is entered: its next occurrences in three zones, and how many targets are in its scope now. */
@Component({
  selector: 'icm-window-preview',
  imports: [CountPipe],
  template: `
    <section class="card" aria-labelledby="preview-title" data-testid="window-preview">
      <div class="card-head"><h2 id="preview-title">Preview</h2></div>
      <div class="content" aria-live="polite" [class.refreshing]="read.isLoading()">
        @if (request() === null) {
          <p class="quiet">The next five occurrences are shown here when the fields above are filled in.</p>
        } @else if (faults().length > 0) {
          <ul class="faults" data-testid="preview-faults">
            @for (fault of faults(); track fault) {
              <li>{{ fault }}</li>
            }
          </ul>
        } @else if (kept.value(); as preview) {
          <p data-testid="preview-targets">
            <strong>{{ preview.targetCount | count }}</strong>
            {{ preview.targetCount === 1 ? 'target is' : 'targets are' }} in the scope now.
          </p>
          @for (each of items(); track each.date) {
            <dl data-testid="preview-item">
              <dt>{{ preview.timeZone }}</dt>
              <dd>
                <strong>{{ each.inWindow }}</strong>, <span class="quiet">{{ each.length }}</span>
              </dd>
              @if (preview.viewerZone !== preview.timeZone) {
                <dt>{{ preview.viewerZone }} (yours)</dt>
                <dd>{{ each.inViewer }}</dd>
              }
              @if (preview.timeZone !== 'UTC' && preview.viewerZone !== 'UTC') {
                <dt>UTC</dt>
                <dd>{{ each.inUtc }}</dd>
              }
              @for (note of each.notes; track note) {
                <dd class="flag" data-testid="preview-flag">⚠ {{ note }}</dd>
              }
            </dl>
          }
        } @else {
          <p class="quiet" role="status">Computing the preview …</p>
        }
      </div>
    </section>
  `,
  styles: `
    .content {
      display: flex;
      flex-direction: column;
      gap: 12px;
      padding: 12px var(--icm-space-4);
      overflow-wrap: anywhere;
    }

    dl {
      display: grid;
      grid-template-columns: minmax(90px, auto) 1fr;
      gap: 2px 12px;
      margin: 0;
      padding-top: 10px;
      border-top: 1px solid var(--icm-line);
      font-variant-numeric: tabular-nums;
    }

    dt {
      color: var(--icm-text-quiet);
      font-size: 12px;
      line-height: 20px;
    }

    dd {
      margin: 0;
    }

    .flag {
      grid-column: 1 / -1;
      color: var(--icm-degraded);
      font-weight: 500;
    }

    .faults {
      margin: 0;
      padding-left: 20px;
    }
  `,
})
export class WindowPreviewBox {
  private readonly client = inject(MaintenanceClient);
  /** The definition; null while it is not complete. */
  readonly request = input.required<ScheduleWindowRequest | null>();

  /** The definition when typing pauses. */
  private readonly asked = signal<ScheduleWindowRequest | undefined>(undefined, {
    equal: (one, other) => JSON.stringify(one) === JSON.stringify(other),
  });
  protected readonly read = resource({
    params: () => this.asked(),
    loader: ({ params }) => this.client.previewWindow(params, browserZone()),
  });
  protected readonly kept = keepLast(this.read);
  protected readonly faults = computed(() => {
    const failure = this.kept.failure();
    if (failure === null) return [];
    const { detail, fields } = readProblem(failure.error);
    const named = Object.entries(fields).map(([member, text]) => `${FIELD_TEXTS[member] ?? member} ${text}`);
    return named.length === 0 ? [detail] : named;
  });
  protected readonly items = computed(() =>
    (this.kept.value()?.items ?? []).map((item) => ({
      date: item.date,
      inWindow: spanText(item.startsAt, item.endsAt, this.kept.value()?.timeZone ?? 'UTC'),
      inViewer: spanText(item.startsAt, item.endsAt, browserZone()),
      inUtc: spanText(item.startsAt, item.endsAt, 'UTC'),
      length: minutesText(item.minutes),
      notes: clockNotes(item),
    })),
  );

  constructor() {
    effect((onCleanup) => {
      const request = this.request();
      const typing = setTimeout(() => this.asked.set(request ?? undefined), TYPING_MS);
      onCleanup(() => clearTimeout(typing));
    });
  }
}

/** Names of the members as the form labels them. */
const FIELD_TEXTS: Readonly<Record<string, string>> = {
  ...{ title: 'Title', scope: 'Targets', timeZone: 'Time zone', date: 'Date', startTime: 'Start', endTime: 'End' },
  ...{ endDayOffset: 'Days from start to end', rrule: 'Rule', announcedAt: 'Announced' },
};

/** Returns what the clocks do to an occurrence, in sentences. */
export function clockNotes({
  startNote,
  endNote,
  crossesClockChange,
}: Readonly<Omit<PreviewedOccurrence, 'date'>>): string[] {
  const notes: string[] = [];
  if (startNote === 'in_gap') notes.push('The clocks skip the start on this date: it begins right after the gap.');
  if (startNote === 'ambiguous') notes.push('The clocks show the start twice on this date: the earlier time is meant.');
  if (endNote === 'in_gap') notes.push('The clocks skip the end on this date: it ends right after the gap.');
  if (endNote === 'ambiguous') notes.push('The clocks show the end twice on this date: the later time is meant.');
  if (notes.length === 0 && crossesClockChange) notes.push('The clocks change during this occurrence.');
  return notes;
}
