import { Component, computed, type ElementRef, inject, input, output, signal, viewChild } from '@angular/core';
import { BytesPipe, Icon, type Problem, problemText } from '@icmp-mon/platform/ui-kit';
import { IMPORT_BYTES_MAX } from '@icmp-mon/targets/contract';
import { ImportDraft } from './import-draft';
import { ScopeNote } from './scope-note';

/** Form of an import: a file that is chosen or dropped, or pasted lines. Emits when its dry run is asked for. */
@Component({
  selector: 'icm-import-form',
  imports: [BytesPipe, Icon, ScopeNote],
  templateUrl: './import-form.html',
  styleUrl: './import-form.scss',
})
export class ImportForm {
  protected readonly draft = inject(ImportDraft);

  readonly isBusy = input.required<boolean>();
  /** Why the file was refused; null if it was not. */
  readonly problem = input.required<Problem | null>();
  readonly submitted = output();
  readonly cancelled = output();
  /** Emits when another file is chosen, or the lines are changed. */
  readonly changed = output();

  private readonly chooseButton = viewChild.required<ElementRef<HTMLButtonElement>>('chooseButton');
  protected readonly bytesMax = IMPORT_BYTES_MAX;
  /** Whether a file is dragged over the form. */
  protected readonly isOver = signal(false);
  protected readonly fault = computed(() => {
    const problem = this.problem();
    if (problem === null || this.draft.isTooLarge()) return null;
    return problem.status === 400 ? problem.detail : problemText(problem);
  });
  protected readonly maySend = computed(
    () => this.draft.content() !== null && !this.draft.isTooLarge() && !this.isBusy(),
  );

  focusChoice(): void {
    this.chooseButton().nativeElement.focus();
  }

  protected submit(event: Event): void {
    event.preventDefault();
    if (this.maySend()) this.submitted.emit();
  }

  protected chooseFrom(box: HTMLInputElement): void {
    this.chooseFile(box.files?.item(0) ?? null);
    // The same file can then be chosen again, after it was corrected.
    box.value = '';
  }

  protected dropFile(event: DragEvent): void {
    event.preventDefault();
    this.isOver.set(false);
    if (!this.isBusy()) this.chooseFile(event.dataTransfer?.files.item(0) ?? null);
  }

  protected dragOver(event: DragEvent): void {
    event.preventDefault();
    this.isOver.set(true);
  }

  protected removeFile(): void {
    this.draft.file.set(null);
    this.changed.emit();
    this.focusChoice();
  }

  protected paste(text: string): void {
    this.draft.pasted.set(text);
    this.changed.emit();
  }

  private chooseFile(file: File | null): void {
    if (file === null) return;
    this.draft.file.set(file);
    this.changed.emit();
  }
}
