import { Component, inject, input } from '@angular/core';
import { copyText, Icon, Toasts } from '@icmp-mon/platform/ui-kit';

/** A secret that is shown once, with a button to copy it. */
@Component({
  selector: 'icm-secret-text',
  imports: [Icon],
  template: `
    <div class="secret" role="status">
      <span>{{ label() }}</span>
      <code tabindex="0" [attr.data-testid]="testId()">{{ secret() }}</code>
      <button type="button" class="button" (click)="copySecret()"><icm-icon name="copy" /> Copy</button>
    </div>
  `,
  styleUrl: './access-forms.scss',
})
export class SecretText {
  private readonly toasts = inject(Toasts);

  readonly label = input.required<string>();
  readonly secret = input.required<string>();
  readonly testId = input.required<string>();

  protected copySecret(): Promise<void> {
    return copyText(this.secret(), this.toasts);
  }
}
