import { Component, computed, inject, signal } from '@angular/core';
import { type MatDialog, MatDialogModule } from '@angular/material/dialog';
import {
  copyText,
  Icon,
  InstantPipe,
  keepLast,
  problemText,
  readProblem,
  SentRequest,
  Toasts,
} from '@icmp-mon/platform/ui-kit';
import { MaintenanceClient } from './maintenance.client';

/** Dialog of the user's calendar feed: creates its address, which is shown once, and revokes it. */
@Component({
  selector: 'icm-feed-dialog',
  imports: [Icon, InstantPipe, MatDialogModule],
  template: `
    <h2 mat-dialog-title>Calendar feed</h2>
    <mat-dialog-content>
      <p class="quiet">
        Subscribe to the address in your calendar to see the windows there. Each client that has it can read the
        windows, so keep it secret.
      </p>
      @if (problem(); as text) {
        <p class="refused" role="alert" data-testid="feed-problem">{{ text }}</p>
      }
      @if (address(); as text) {
        <div role="status">
          <p>The address is shown only now:</p>
          <code tabindex="0" data-testid="feed-address">{{ text }}</code>
        </div>
        <button type="button" class="button" (click)="copyAddress(text)"><icm-icon name="copy" /> Copy</button>
      } @else if (kept.value(); as token) {
        <p data-testid="feed-state">
          @if (token.issuedAt === null) {
            You have no address yet.
          } @else {
            Your address was created {{ token.issuedAt | instant }}, and last used
            {{ token.lastUsedAt === null ? 'never' : (token.lastUsedAt | instant) }}.
          }
        </p>
      } @else if (problem() === null) {
        <p class="quiet" role="status">Loading …</p>
      }
    </mat-dialog-content>
    <mat-dialog-actions align="end">
      <button type="button" class="button" [mat-dialog-close]="undefined">Close</button>
      @if (hasToken()) {
        <button type="button" class="button" data-testid="feed-revoke" [disabled]="isBusy()" (click)="revokeAddress()">
          Revoke
        </button>
      }
      <button
        type="button"
        class="button button-primary"
        data-testid="feed-create"
        [disabled]="isBusy() || kept.value() === undefined"
        (click)="createAddress()"
      >
        {{ hasToken() ? 'Replace the address' : 'Create the address' }}
      </button>
    </mat-dialog-actions>
  `,
  styles: `
    mat-dialog-content {
      display: flex;
      flex-direction: column;
      align-items: start;
      gap: 12px;
    }

    code {
      overflow-wrap: anywhere;
    }
  `,
})
class FeedDialog {
  private readonly client = inject(MaintenanceClient);
  private readonly toasts = inject(Toasts);
  private readonly sent = new SentRequest();
  private readonly read = this.client.readFeedToken();
  protected readonly kept = keepLast(this.read);
  /** The address of the token that was created; null unless this dialog created one. */
  protected readonly address = signal<string | null>(null);
  protected readonly isBusy = this.sent.isBusy;
  protected readonly hasToken = computed(() => (this.kept.value()?.issuedAt ?? null) !== null);
  protected readonly problem = computed(() => {
    const failure = this.kept.failure();
    const problem = this.sent.problem() ?? (failure === null ? null : readProblem(failure.error));
    return problem === null ? null : problemText(problem);
  });

  protected async createAddress(): Promise<void> {
    await this.sent.sendRequest(async () => {
      const { path, issuedAt } = await this.client.issueFeedToken();
      this.address.set(new URL(path, location.origin).href);
      this.read.set({ issuedAt, lastUsedAt: null });
    });
  }

  protected async revokeAddress(): Promise<void> {
    await this.sent.sendRequest(async () => {
      await this.client.revokeFeedToken();
      this.address.set(null);
      this.read.set({ issuedAt: null, lastUsedAt: null });
      this.toasts.done('The address of the calendar feed is revoked.');
    });
  }

  protected copyAddress(text: string): Promise<void> {
    return copyText(text, this.toasts);
  }
}

/** Opens the dialog of the user's calendar feed. */
export function openFeedDialog(dialog: MatDialog): void {
  dialog.open(FeedDialog, { width: '520px', maxWidth: '96vw' });
}
