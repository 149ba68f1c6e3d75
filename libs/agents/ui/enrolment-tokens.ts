import { Component, computed, inject } from '@angular/core';
import { MatDialog } from '@angular/material/dialog';
import { type EnrolmentTokenView, tokenPurpose } from '@icmp-mon/agents/contract';
import { openHistory } from '@icmp-mon/audit/look';
import { Session } from '@icmp-mon/identity/ui';
import { Failure, InstantPipe, keepLast, reloadEvery, Toasts } from '@icmp-mon/platform/ui-kit';
import { AgentsClient } from './agents.client';

const AGAIN_MS = 15_000;

/** Table of enrolment tokens with their creators and remaining uses, without secrets. */
@Component({
  selector: 'icm-enrolment-tokens',
  imports: [Failure, InstantPipe],
  templateUrl: './enrolment-tokens.html',
  styles: `
    .for {
      min-width: 200px;
      white-space: normal;
    }
    .actions .button + .button {
      margin-left: 8px;
    }
    .past {
      color: var(--icm-text-quiet);
    }
  `,
})
export class EnrolmentTokens {
  private readonly client = inject(AgentsClient);
  private readonly toasts = inject(Toasts);
  private readonly dialog = inject(MatDialog);
  private readonly session = inject(Session);
  protected readonly mayAudit = computed(() => this.session.may('audit:read'));
  protected readonly read = this.client.tokens();
  protected readonly kept = keepLast(this.read);
  protected readonly tokens = computed(() => this.kept.value()?.items);
  protected readonly usable = computed(() => (this.tokens() ?? []).filter(({ state }) => state === 'usable').length);

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }

  protected readonly purpose = tokenPurpose;

  protected showHistory({ id }: EnrolmentTokenView): void {
    openHistory(this.dialog, { kind: 'enrolment-token', id, name: null });
  }

  protected async revokeToken({ id }: EnrolmentTokenView): Promise<void> {
    try {
      await this.client.revokeToken(id);
      this.toasts.done(`Token ${id} revoked.`);
    } catch (failure) {
      this.toasts.showRefusal(`Token ${id} was not revoked.`, failure);
    } finally {
      this.read.reload();
    }
  }
}
