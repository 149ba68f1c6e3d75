import { Component, computed, inject, input } from '@angular/core';
import { Session } from '@icmp-mon/identity/ui';
import { Icon, Shortcuts, Toasts } from '@icmp-mon/platform/ui-kit';
import type { ListQuery } from './list-query';
import { ListSelection } from './list-selection';
import { isScope, scopeOfList, scopeOfTargets } from './silence-scope';
import { silencing } from './target-maintenance';
import { TargetRows } from './target-rows';

/** Button that silences the selected targets, or those of the list's filter. */
@Component({
  selector: 'icm-silence-list',
  imports: [Icon],
  template: `
    @if (maySilence()) {
      <button
        type="button"
        class="button button-icon"
        aria-label="Silence targets"
        title="Silence the selected targets, or those of the filter (m)"
        data-testid="silence-list"
        (click)="silenceShown()"
      >
        <icm-icon name="mute" />
      </button>
    }
  `,
  styles: `
    :host {
      display: contents;
    }

    button {
      width: 32px;
      padding: 0;
    }
  `,
})
export class SilenceList {
  private readonly session = inject(Session);
  private readonly selection = inject(ListSelection);
  private readonly rows = inject(TargetRows);
  private readonly toasts = inject(Toasts);
  private readonly open = silencing();
  readonly query = input.required<ListQuery>();
  protected readonly maySilence = computed(() => this.session.may('maintenance:operate'));

  constructor() {
    const run = (): void => this.silenceShown();
    inject(Shortcuts).add({ keys: 'm', label: 'Silence the selected targets, or those of the filter', run });
  }

  protected silenceShown(): void {
    if (!this.maySilence()) return;
    const ids = this.selection.ids();
    if (ids.length === 0) return this.open(scopeOfList(this.query()));
    const rows = ids.map((id) => this.rows.rowOf(id));
    const known = rows.filter((row) => row !== undefined);
    const scope = scopeOfTargets(known);
    if (known.length === rows.length && isScope(scope)) return this.open(scope);
    this.toasts.showFailure('These are too many targets to silence one by one. Deselect them, and use a filter (f).');
  }
}
