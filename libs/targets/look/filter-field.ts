import {
  Component,
  computed,
  DestroyRef,
  effect,
  type ElementRef,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import {
  type AskedTags,
  completeFilter,
  type FilterOption,
  type FilterVocabulary,
  parseFilter,
  parseScope,
  tagsAskedAt,
} from '@icmp-mon/targets/contract';
import { faultParts } from './filter-fault';

const TYPING_MS = 400;
let created = 0;

/**
 * Text field for the filter language: a combobox whose options are the texts that the grammar allows at the cursor.
 *
 * Arrow keys choose an option, Enter or Tab takes it; Enter without an option applies the filter or selects its fault; Escape closes the
 * options, then leaves the field. A filter that is not finished is not reported as faulty while it is typed.
 */
@Component({
  selector: 'icm-filter-field',
  templateUrl: './filter-field.html',
  styleUrl: './filter-field.scss',
})
export class FilterField {
  readonly value = input.required<string>();
  readonly vocabulary = input.required<FilterVocabulary>();
  /** Whether only what the inventory states can be compared, as in scopes. */
  readonly isScope = input(false);
  readonly label = input('Filter');
  readonly testId = input('filter-language');
  /** Emits the text whenever it changes, also while it is not valid. */
  readonly typed = output<string>();
  /** Emits a valid filter, or an empty text. */
  readonly applied = output<string>();
  /** Emits when the user left the field with Escape. */
  readonly left = output();
  /** Emits the tags that would complete the word at the cursor; null if there are none, or no options are shown. */
  readonly tagsAsked = output<AskedTags | null>();
  /** Emits when the field gets the focus. */
  readonly entered = output();

  private readonly destroyed = inject(DestroyRef);
  private readonly box = viewChild.required<ElementRef<HTMLInputElement>>('box');
  protected readonly ownId = `filter-${(created += 1)}`;
  private typing: ReturnType<typeof setTimeout> | undefined;

  /** Text of the field; the blanks at its ends, which the applied filter does not have, stay while it is typed. */
  protected readonly text = linkedSignal<string, string>({
    source: this.value,
    computation: (value, previous) => (previous?.value.trim() === value ? previous.value : value),
  });
  private readonly cursor = signal(0);
  private readonly opened = signal(false);
  /** Whether the text is finished, so that a fault at its end is shown. */
  private readonly finished = signal(true);
  /** Index of the chosen option; -1 while none is chosen. */
  protected readonly active = signal(-1);

  protected readonly completion = computed(() => completeFilter(this.text(), this.cursor(), this.vocabulary()));
  protected readonly options = computed(() => (this.opened() ? this.completion().options : []));
  private readonly asked = computed(() => (this.opened() ? tagsAskedAt(this.text(), this.cursor()) : null), {
    equal: (one, other) => one?.key === other?.key && one?.prefix === other?.prefix,
  });
  private readonly parsed = computed(() => {
    const text = this.text();
    if (text.trim() === '') return null;
    return this.isScope() ? parseScope(text) : parseFilter(text);
  });
  protected readonly fault = computed(() => {
    const parsed = this.parsed();
    if (parsed === null || parsed.ok) return null;
    const isAtEnd = parsed.fault.offset + parsed.fault.length >= this.text().trimEnd().length;
    return isAtEnd && !this.finished() ? null : faultParts(this.text(), parsed.fault);
  });

  constructor() {
    effect(() => this.tagsAsked.emit(this.asked()));
    this.destroyed.onDestroy(() => clearTimeout(this.typing));
  }

  selectText(): void {
    this.box().nativeElement.select();
  }

  /** Empties the field; a filter that is applied stays. */
  clearText(): void {
    clearTimeout(this.typing);
    this.text.set('');
  }

  protected readTyping(): void {
    const { value, selectionStart } = this.box().nativeElement;
    this.changeText(value, selectionStart ?? value.length);
  }

  protected moveCursor(): void {
    this.cursor.set(this.box().nativeElement.selectionStart ?? 0);
  }

  protected pressKey(event: KeyboardEvent): void {
    const option = this.options()[this.active()];
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') this.chooseOption(event.key === 'ArrowDown' ? 1 : -1);
    else if (option !== undefined && (event.key === 'Enter' || event.key === 'Tab')) this.takeOption(option);
    else if (event.key === 'Enter') this.submitText();
    else if (event.key === 'Escape') this.closeOrLeave();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Replaces the word at the cursor by an option. */
  protected takeOption({ text }: FilterOption): void {
    const { from, to } = this.completion();
    const box = this.box().nativeElement;
    box.value = this.text().slice(0, from) + text + this.text().slice(to);
    box.setSelectionRange(from + text.length, from + text.length);
    this.changeText(box.value, from + text.length);
  }

  protected leaveField(): void {
    this.opened.set(false);
    this.finished.set(true);
    this.applyText();
  }

  private changeText(text: string, cursor: number): void {
    this.text.set(text);
    this.typed.emit(text);
    this.cursor.set(cursor);
    this.active.set(-1);
    this.opened.set(true);
    this.finished.set(false);
    clearTimeout(this.typing);
    this.typing = setTimeout(() => this.applyText(), TYPING_MS);
  }

  private chooseOption(step: 1 | -1): void {
    this.moveCursor();
    this.opened.set(true);
    const count = this.options().length;
    const before = this.active() < 0 && step < 0 ? 0 : this.active();
    this.active.set(count === 0 ? -1 : (before + step + count) % count);
    document.getElementById(`${this.ownId}-${this.active()}`)?.scrollIntoView({ block: 'nearest' });
  }

  private submitText(): void {
    this.opened.set(false);
    this.finished.set(true);
    this.applyText();
    const fault = this.fault();
    if (fault !== null) this.box().nativeElement.setSelectionRange(fault.from, fault.to);
  }

  private closeOrLeave(): void {
    if (this.options().length > 0) return this.opened.set(false);
    this.box().nativeElement.blur();
    this.left.emit();
  }

  /** Emits the text if it is valid and new. */
  private applyText(): void {
    clearTimeout(this.typing);
    const text = this.text().trim();
    // A field that is removed with the focus loses it afterwards.
    if (this.destroyed.destroyed || this.parsed()?.ok === false || text === this.value()) return;
    this.applied.emit(text);
  }
}
