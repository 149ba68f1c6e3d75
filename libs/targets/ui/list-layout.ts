import { computed, effect, type ElementRef, inject, Injectable, type Signal, signal } from '@angular/core';
import { mediaMatches } from '@icmp-mon/platform/ui-kit';
import { Session } from '@icmp-mon/identity/ui';
import {
  type Column,
  type ColumnId,
  columnsText,
  DEFAULT_COLUMNS,
  fittingColumns,
  gridTemplate,
  listColumns,
  readColumns,
} from './list-columns';
import { ListScroll } from './list-scroll';

/** From this width of the window on, a row opens the panel next to the list. */
const PANEL_FROM = '(min-width: 1280px)';
/** Width of a row that no column has: its padding, the box for selecting it, and the scroll bar. */
const AROUND_PX = 24 + 16 + 34 + 16;

/** Columns of a narrow screen, where a row has two lines. */
const PHONE_COLUMNS: readonly ColumnId[] = ['name', 'rtt', 'loss', 'since'];

/** Columns of the target list that are chosen and that fit, and whether the panel has space. Provide it in the list's component. */
@Injectable()
export class ListLayout {
  private readonly session = inject(Session);
  private readonly scroll = inject(ListScroll);
  private readonly widthPx = signal(Infinity);
  private readonly fromUrl = signal<string | undefined>(undefined);
  private readonly stored = signal(localStorage.getItem(this.storageKey()));

  /** Whether the panel has space next to the list. */
  readonly hasPanel = mediaMatches(PANEL_FROM);
  /** Chosen columns: of the URL, otherwise as last chosen by the user, otherwise the default. */
  readonly chosen = computed<readonly ColumnId[]>(
    () => readColumns(this.fromUrl()) ?? readColumns(this.stored()) ?? DEFAULT_COLUMNS,
  );
  private readonly all = computed(() => listColumns(this.chosen()));
  /** Columns that are shown. */
  readonly columns = computed<readonly Column[]>(() =>
    this.scroll.isPhone() ? listColumns(PHONE_COLUMNS) : fittingColumns(this.all(), this.widthPx()),
  );
  /** Names of chosen columns that do not fit. */
  readonly leftOut = computed(() =>
    (this.scroll.isPhone() ? [] : this.all())
      .filter(({ id }) => this.columns().every((shown) => shown.id !== id))
      .map(({ text }) => text),
  );
  /** The value of `grid-template-columns`. */
  readonly template = computed(() => gridTemplate(this.columns()));

  /** Follows the width of the list's element. Call it in an injection context. */
  followWidth(list: Signal<ElementRef<Element>>): void {
    effect((onCleanup) => {
      const observer = new ResizeObserver(([entry]) => {
        if (entry !== undefined) this.widthPx.set(entry.contentRect.width - AROUND_PX);
      });
      observer.observe(list().nativeElement);
      onCleanup(() => observer.disconnect());
    });
  }

  /** Sets the columns of the URL. */
  showColumns(text: string | undefined): void {
    this.fromUrl.set(text);
  }

  /** Stores columns as the user's choice; returns them as a parameter of the URL. */
  storeColumns(columns: readonly ColumnId[]): string {
    const text = columnsText(columns);
    this.stored.set(text);
    localStorage.setItem(this.storageKey(), text);
    return text;
  }

  private storageKey(): string {
    return `icmpmon.columns.${this.session.current()?.user ?? ''}`;
  }
}
