import { computed, Injectable, signal } from '@angular/core';
import { IMPORT_BYTES_MAX, type ImportMode } from '@icmp-mon/targets/contract';

/** The chosen file or lines of an import; kept while its dry run is shown. */
@Injectable()
export class ImportDraft {
  readonly file = signal<File | null>(null);
  readonly pasted = signal('');
  readonly mode = signal<ImportMode>('upsert');
  /** The file or the pasted lines; null while there is neither. */
  readonly content = computed<Blob | null>(() => {
    const text = this.pasted();
    return this.file() ?? (text.trim() === '' ? null : new Blob([text]));
  });
  readonly isTooLarge = computed(() => (this.content()?.size ?? 0) > IMPORT_BYTES_MAX);
}
