import { computed, DestroyRef, inject, Injectable, signal } from '@angular/core';
import { keepLast, problemText, readProblem } from '@icmp-mon/platform/ui-kit';
import { searchPieces, searchText, type TargetView } from '@icmp-mon/targets/contract';
import { TargetsClient } from '@icmp-mon/targets/ui';

const TYPING_MS = 150;
const TARGETS_SHOWN = 8;

/**
 * Targets that match a text, searched on the server. A search starts when typing pauses; a new one cancels the one before. Until it is
 * answered, the targets of the last answer that still match are shown.
 */
@Injectable()
export class TargetSearch {
  private typing: ReturnType<typeof setTimeout> | undefined;
  private readonly text = signal('');
  private readonly asked = signal('');
  private readonly read = inject(TargetsClient).searchTargets(this.asked, TARGETS_SHOWN);
  private readonly kept = keepLast(this.read);

  /** Whether the answer to the current text is missing. */
  readonly isSearching = computed(() => this.text() !== this.asked() || this.read.isLoading());
  readonly targets = computed((): TargetView[] => {
    const text = this.text();
    if (text === '') return [];
    const pieces = searchPieces(text);
    const items = this.kept.value()?.items ?? [];
    return items.filter((target) => pieces.every((piece) => searchText(target).includes(piece)));
  });
  /** Number of targets that match; null while it is unknown. */
  readonly total = computed(() =>
    this.isSearching() || this.failure() !== null ? null : (this.kept.value()?.total ?? null),
  );
  /** Why the last search failed, as a sentence. */
  readonly failure = computed(() => {
    const failure = this.text() === '' ? null : this.kept.failure();
    if (failure === null) return null;
    return `Targets could not be searched. ${problemText(readProblem(failure.error))}`;
  });

  constructor() {
    inject(DestroyRef).onDestroy(() => clearTimeout(this.typing));
  }

  searchTargets(text: string): void {
    clearTimeout(this.typing);
    this.text.set(text);
    this.typing = setTimeout(() => this.asked.set(text), TYPING_MS);
  }
}
