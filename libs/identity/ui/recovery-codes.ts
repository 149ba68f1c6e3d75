import { afterNextRender, Component, computed, type ElementRef, inject, input, output, viewChild } from '@angular/core';
import { copyText, Icon, Toasts } from '@icmp-mon/platform/ui-kit';

/** Recovery codes, which are shown once. */
@Component({
  selector: 'icm-recovery-codes',
  imports: [Icon],
  template: `
    <div class="codes" role="status">
      <p>
        Keep these recovery codes in a safe place. Each replaces a code of the app once, if you lose it. They are not
        shown again.
      </p>
      <pre #list tabindex="0" aria-label="Recovery codes" data-testid="recovery-codes">{{ text() }}</pre>
      <div class="actions">
        <button type="button" class="button" (click)="copyCodes()"><icm-icon name="copy" /> Copy</button>
        <button type="button" class="button button-primary" data-testid="codes-kept" (click)="kept.emit()">
          I have kept them
        </button>
      </div>
    </div>
  `,
  styles: `
    .codes {
      display: flex;
      flex-direction: column;
      gap: 10px;
    }

    pre {
      margin: 0;
      padding: 10px 12px;
      overflow-x: auto;
      background: var(--icm-surface-sunken);
      line-height: 1.6;
    }

    .actions {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }
  `,
})
export class RecoveryCodesText {
  private readonly toasts = inject(Toasts);

  readonly codes = input.required<readonly string[]>();
  readonly kept = output<void>();

  protected readonly text = computed(() => this.codes().join('\n'));
  private readonly list = viewChild.required<ElementRef<HTMLElement>>('list');

  constructor() {
    // The form that had the focus is no longer there.
    afterNextRender(() => this.list().nativeElement.focus());
  }

  protected copyCodes(): Promise<void> {
    return copyText(this.text(), this.toasts);
  }
}
