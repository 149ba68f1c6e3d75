import { Component, computed, inject, input, output, signal } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { Session } from '@icmp-mon/identity/ui';
import type { WindowView } from '@icmp-mon/maintenance/contract';
import { type Confirmation, ConfirmDialog, Toasts } from '@icmp-mon/platform/ui-kit';
import { firstValueFrom } from 'rxjs';
import { MaintenanceClient } from './maintenance.client';
import { minutesText } from './window-text';

const EXTENSIONS = [30, 120] as const;

/** Buttons that extend and end what is open of a window. Ending a window asks for confirmation; lifting a silence does not. */
@Component({
  selector: 'icm-occurrence-actions',
  template: `
    @for (each of extensions; track each.minutes) {
      <button
        type="button"
        class="button"
        [disabled]="!mayOperate() || isBusy()"
        [title]="mayOperate() ? 'Ends ' + each.text + ' later' : reason"
        [attr.aria-label]="'+' + each.text + ' for ' + window().definition.title"
        [attr.data-testid]="'extend-' + each.minutes"
        (click)="extendBy(each.minutes)"
      >
        +{{ each.text }}
      </button>
    }
    <button
      type="button"
      class="button"
      data-testid="end-now"
      [disabled]="!mayOperate() || isBusy()"
      [title]="mayOperate() ? '' : reason"
      [attr.aria-label]="(isSilence() ? 'Lift ' : 'End now ') + window().definition.title"
      (click)="endNow()"
    >
      {{ isSilence() ? 'Lift' : 'End now' }}
    </button>
  `,
  styles: `
    :host {
      display: inline-flex;
      gap: 4px;
    }
  `,
})
export class OccurrenceActions {
  private readonly client = inject(MaintenanceClient);
  private readonly dialog = inject(MatDialog);
  private readonly toasts = inject(Toasts);
  private readonly session = inject(Session);
  readonly window = input.required<WindowView>();
  readonly changed = output();

  protected readonly extensions = EXTENSIONS.map((minutes) => ({ minutes, text: minutesText(minutes) }));
  protected readonly reason = 'Requires the permission maintenance:operate, which operators have.';
  protected readonly mayOperate = computed(() => this.session.may('maintenance:operate'));
  protected readonly isSilence = computed(() => this.window().kind === 'silence');
  protected readonly isBusy = signal(false);

  protected extendBy(minutes: number): Promise<void> {
    const { id, definition } = this.window();
    return this.runAction(
      `${definition.title} was not extended.`,
      `${definition.title} ends ${minutesText(minutes)} later.`,
      () => this.client.extendOpen(id, minutes),
    );
  }

  protected async endNow(): Promise<void> {
    const { id, definition } = this.window();
    if (!this.isSilence() && !(await this.confirmEnd(definition.title))) return;
    await this.runAction(`${definition.title} was not ended.`, `${definition.title} ended.`, () =>
      this.client.endOpen(id),
    );
  }

  private async confirmEnd(title: string): Promise<boolean> {
    const data: Confirmation = {
      title: `End “${title}” now?`,
      text: 'Its targets are no longer marked. Later dates stay planned.',
      action: 'End now',
    };
    const closed = this.dialog.open<ConfirmDialog, Confirmation, boolean>(ConfirmDialog, { data, width: '420px' });
    return (await firstValueFrom(closed.afterClosed())) === true;
  }

  private async runAction(failed: string, done: string, run: () => Promise<unknown>): Promise<void> {
    this.isBusy.set(true);
    try {
      await run();
      this.toasts.done(done);
      this.changed.emit();
    } catch (failure) {
      this.toasts.showRefusal(failed, failure);
    } finally {
      this.isBusy.set(false);
    }
  }
}
