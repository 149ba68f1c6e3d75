import { Component, computed, inject } from '@angular/core';
import type { EnrolmentTokenView } from '@icmp-mon/agents/contract';
import { Failure, InstantPipe, keepLast, readProblem, reloadEvery, Toasts } from '@icmp-mon/platform/ui-kit';
import { AgentsClient } from './agents.client';

const AGAIN_MS = 15_000;

/** Table of enrolment tokens with their creators and remaining uses, without secrets. */
@Component({
  selector: 'icm-enrolment-tokens',
  imports: [Failure, InstantPipe],
  template: `
    <section class="card" aria-labelledby="tokens-title">
      <div class="card-head">
        <h2 id="tokens-title">Enrolment tokens</h2>
        @if (tokens()) {
          <span class="quiet">{{ usable() }} usable</span>
        }
      </div>
      @if (kept.failure(); as failure) {
        <icm-failure
          what="The tokens could not be read"
          [error]="failure.error"
          [sinceMs]="tokens() ? failure.sinceMs : null"
          (retry)="read.reload()"
        />
      }
      <div
        class="table-scroll"
        [class.outdated]="kept.failure()"
        tabindex="0"
        role="group"
        aria-label="Enrolment tokens"
      >
        <table class="plain" data-testid="tokens-table">
          <thead>
            <tr>
              <th>Token</th>
              <th>State</th>
              <th>For</th>
              <th>Created by</th>
              <th class="number">Uses left</th>
              <th>Last used</th>
              <th>Expires</th>
              <th><span class="for-screen-readers">Actions</span></th>
            </tr>
          </thead>
          <tbody>
            @for (token of tokens() ?? []; track token.id) {
              <tr [class.past]="token.state !== 'usable'">
                <td class="mono">{{ token.id }}</td>
                <td>{{ token.state }}</td>
                <td>{{ purpose(token) }}</td>
                <td>{{ token.createdBy ?? '–' }}</td>
                <td class="number">{{ token.usesLeft }} of {{ token.uses }}</td>
                <td>{{ token.lastUsedAt ? (token.lastUsedAt | instant) : 'never' }}</td>
                <td>{{ token.expiresAt | instant }}</td>
                <td>
                  @if (token.state === 'usable') {
                    <button
                      type="button"
                      class="button"
                      [attr.aria-label]="'Revoke ' + token.id"
                      (click)="revoke(token)"
                    >
                      Revoke
                    </button>
                  }
                </td>
              </tr>
            } @empty {
              <tr>
                <td colspan="8" class="quiet">
                  @if (tokens()) {
                    No tokens. “Add an agent” creates one.
                  } @else if (kept.failure()) {
                    Unknown.
                  } @else {
                    Loading the tokens …
                  }
                </td>
              </tr>
            }
          </tbody>
        </table>
      </div>
    </section>
  `,
  styles: `
    .past {
      color: var(--icm-text-quiet);
    }
  `,
})
export class EnrolmentTokens {
  private readonly client = inject(AgentsClient);
  private readonly toasts = inject(Toasts);
  protected readonly read = this.client.tokens();
  protected readonly kept = keepLast(this.read);
  protected readonly tokens = computed(() => this.kept.value()?.items);
  protected readonly usable = computed(() => (this.tokens() ?? []).filter(({ state }) => state === 'usable').length);

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }

  protected purpose({ agentName, region }: EnrolmentTokenView): string {
    if (agentName !== null) return `agent ${agentName}`;
    return region === null ? 'new agents' : `new agents in ${region}`;
  }

  protected async revoke({ id }: EnrolmentTokenView): Promise<void> {
    try {
      await this.client.revokeToken(id);
      this.toasts.done(`Token ${id} revoked.`);
    } catch (failure) {
      const problem = readProblem(failure);
      this.toasts.failed(`Token ${id} was not revoked. ${problem.title}. ${problem.detail}`);
    } finally {
      this.read.reload();
    }
  }
}
