import type { CdkVirtualScrollViewport } from '@angular/cdk/scrolling';
import { computed, DestroyRef, inject, Injectable, Injector, type Signal, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { mediaMatches, whenRendered } from '@icmp-mon/platform/ui-kit';
import { first, startWith } from 'rxjs';

const ROW_PX = 32;
/** Height of a row on a narrow screen, where it has two lines. */
const PHONE_ROW_PX = 52;
const PHONE = '(max-width: 640px)';

/** Scrolling and focus of the target list: which rows are visible, and how to reach a row. Provide it in the list's component. */
@Injectable()
export class ListScroll {
  private readonly injector = inject(Injector);
  private readonly destroyRef = inject(DestroyRef);
  private viewport: Signal<CdkVirtualScrollViewport | undefined> = signal(undefined);
  private onScroll: () => void = () => undefined;
  private readonly onScreen = signal<readonly number[]>([]);

  /** Whether the screen is narrow. */
  readonly isPhone = mediaMatches(PHONE);
  readonly rowPx = computed(() => (this.isPhone() ? PHONE_ROW_PX : ROW_PX));
  /** Indexes of the visible rows. */
  readonly visible = this.onScreen.asReadonly();

  /** Sets the viewport of the list, which exists only while there are rows; `onScroll` is called after `returnTo` has scrolled. */
  attachViewport(viewport: Signal<CdkVirtualScrollViewport | undefined>, onScroll: () => void): void {
    this.viewport = viewport;
    this.onScroll = onScroll;
  }

  /** Updates the visible rows. Returns the rendered ones, `end` exclusive; null without a viewport. */
  update(): { start: number; end: number } | null {
    const viewport = this.viewport();
    if (viewport === undefined) return null;
    const top = Math.floor(viewport.measureScrollOffset() / this.rowPx());
    const rows = Math.ceil(viewport.getViewportSize() / this.rowPx()) + 1;
    this.onScreen.set(Array.from({ length: rows }, (_, index) => top + index));
    return viewport.getRenderedRange();
  }

  /** Returns the distance of a row from the top of the viewport, in pixels. */
  offsetOf(index: number): number {
    return index * this.rowPx() - (this.viewport()?.measureScrollOffset() ?? 0);
  }

  toTop(): void {
    this.viewport()?.scrollToIndex(0);
  }

  /** Scrolls as little as necessary to make a row visible, and focuses it. */
  reveal(index: number): void {
    const viewport = this.viewport();
    if (viewport !== undefined) {
      const top = viewport.measureScrollOffset();
      const height = viewport.getViewportSize();
      const at = index * this.rowPx();
      if (at < top) viewport.scrollToOffset(at);
      else if (at + this.rowPx() > top + height) viewport.scrollToOffset(at + this.rowPx() - height);
    }
    whenRendered(this.injector, () => this.focus(index));
  }

  /** Scrolls so that a row is at a distance from the top of the viewport, which `offsetPx` computes from its height; focuses the row. */
  returnTo(index: number, offsetPx: (viewportPx: number) => number): void {
    const show = (): void => {
      const viewport = this.viewport();
      if (viewport === undefined) return;
      viewport.scrollToOffset(Math.max(0, index * this.rowPx() - offsetPx(viewport.getViewportSize())));
      this.onScroll();
      this.whenRowRendered(viewport, index, () => this.focus(index));
    };
    whenRendered(this.injector, show);
  }

  focus(index: number): void {
    document.getElementById(this.rowElementId(index))?.focus({ preventScroll: true });
  }

  rowElementId(index: number): string {
    return `target-row-${index}`;
  }

  /** Calls `run` once the viewport has rendered a row, which happens in one of the next frames. */
  private whenRowRendered(viewport: CdkVirtualScrollViewport, index: number, run: () => void): void {
    const holds = ({ start, end }: { start: number; end: number }): boolean => start <= index && index < end;
    viewport.renderedRangeStream
      .pipe(startWith(viewport.getRenderedRange()), first(holds, null), takeUntilDestroyed(this.destroyRef))
      .subscribe(() => whenRendered(this.injector, run));
  }
}
