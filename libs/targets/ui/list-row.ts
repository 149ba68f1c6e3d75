import { Component, computed, inject, input, output } from '@angular/core';
import { MaintenanceMark, markText } from '@icmp-mon/maintenance/look';
import { LiveStream } from '@icmp-mon/platform/live-stream';
import { AgePipe, ageText, Clock, InstantPipe, RttPipe, SharePipe } from '@icmp-mon/platform/ui-kit';
import type { TargetFigures } from '@icmp-mon/probing/contract';
import { ShortReasonPipe, StatusGlyph } from '@icmp-mon/status/look';
import type { TargetView } from '@icmp-mon/targets/contract';
import type { Column } from './list-columns';
import { LossStrip } from './loss-strip';
import { TagsPipe } from './tags.pipe';
import { PlacedPipe } from './target-pipes';

/** The cells of one row of the target list. */
@Component({
  selector: 'icm-list-row',
  imports: [
    AgePipe,
    InstantPipe,
    LossStrip,
    MaintenanceMark,
    PlacedPipe,
    RttPipe,
    SharePipe,
    ShortReasonPipe,
    StatusGlyph,
    TagsPipe,
  ],
  templateUrl: './list-row.html',
  styleUrl: './list-row.scss',
  host: { role: 'row', '(click)': 'openOnClick($event)' },
})
export class ListRow {
  private readonly stream = inject(LiveStream);
  protected readonly nowMs = inject(Clock).nowMs;

  readonly row = input.required<TargetView>();
  readonly columns = input.required<readonly Column[]>();
  /** Figures of the row; undefined until they are read. */
  readonly figures = input<TargetFigures>();
  readonly cellMs = input.required<number>();
  /** Whether the figures are old. */
  readonly isAged = input.required<boolean>();
  readonly isGone = input.required<boolean>();
  /** Whether the Tab key reaches the row. */
  readonly isTabStop = input.required<boolean>();
  /** Id of the row's link. */
  readonly linkId = input.required<string>();
  /** Whether the row is selected; null if rows cannot be selected. */
  readonly isSelected = input.required<boolean | null>();

  /** Meaning of the row's mark of maintenance, for screen readers. */
  protected readonly description = computed(() => {
    const mark = this.row().maintenance;
    return mark === null ? null : markText(mark, this.nowMs());
  });

  /** Emits a tag that was clicked, as `key=value`. */
  readonly tagChosen = output<string>();
  /** Emits when the row was clicked; `onLink` if its address was. */
  readonly opened = output<{ onLink: boolean }>();
  /** Emits when Enter was pressed on the address. */
  readonly entered = output();
  readonly focused = output();
  /** Emits when the box was clicked; `extends` with the Shift key. */
  readonly selectToggled = output<{ extends: boolean }>();

  /** Clicks with a modifier key keep the browser's meaning: a new tab or window. */
  protected openOnClick(event: MouseEvent): void {
    const { ctrlKey, metaKey, shiftKey, altKey, target } = event;
    if (ctrlKey || metaKey || shiftKey || altKey || !(target instanceof Element)) return;
    if (target.closest('button, input, label') !== null || getSelection()?.toString() !== '') return;
    const onLink = target.closest('a') !== null;
    if (onLink) event.preventDefault();
    this.opened.emit({ onLink });
  }

  protected pressEnter(event: Event): void {
    event.preventDefault();
    this.entered.emit();
  }

  protected toggleBox(event: MouseEvent): void {
    // The list decides whether the box is checked.
    event.preventDefault();
    this.selectToggled.emit({ extends: event.shiftKey });
  }

  /** Returns the text of the last success. For a target that is up, the list has only the success before the latest status change. */
  protected lastSuccessText({ status, lastSuccessAt }: TargetView): string {
    if (status !== 'up') return ageText(lastSuccessAt, this.nowMs());
    return this.stream.isOld() ? '–' : 'recent';
  }
}
