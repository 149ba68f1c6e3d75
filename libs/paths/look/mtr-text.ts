import { Component, computed, inject, input } from '@angular/core';
import { type AsNumber, mtrTable, type Trace } from '@icmp-mon/paths/contract';
import { copyText, Toasts } from '@icmp-mon/platform/ui-kit';
import { withHosts } from './shown-path';

/** A trace as the table that mtr prints, to be copied. */
@Component({
  selector: 'icm-mtr-table',
  template: `
    <div class="card-head">
      <h3>{{ title() }}</h3>
      <span class="spread"></span>
      <button type="button" class="button" data-testid="copy-mtr" (click)="copyTable()">Copy</button>
    </div>
    <pre class="mono" tabindex="0" role="group" [attr.aria-label]="title()" data-testid="mtr-table">{{ text() }}</pre>
  `,
  styles: `
    h3 {
      font-size: 14px;
    }
    pre {
      margin: 0;
      padding: 10px var(--icm-space-4);
      overflow-x: auto;
      font-size: 12px;
      line-height: 17px;
    }
  `,
})
export class MtrTable {
  readonly trace = input.required<Trace>();
  /** Name of the agent. */
  readonly agent = input.required<string>();
  /** Host names by address. */
  readonly names = input<Readonly<Record<string, string>>>({});
  readonly asNumbers = input<Readonly<Record<string, AsNumber>>>({});
  readonly title = input('Table of mtr');
  protected readonly text = computed(() =>
    mtrTable(withHosts(this.trace(), this.names(), this.asNumbers()), this.agent()),
  );
  private readonly toasts = inject(Toasts);

  protected copyTable(): Promise<void> {
    return copyText(this.text(), this.toasts);
  }
}
