import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { AgentView } from '@icmp-mon/agents/contract';
import { Clock, DurationPipe, elapsedMs, Failure, keepLast, momentNow, reloadEvery } from '@icmp-mon/platform/ui-kit';
import type { Status } from '@icmp-mon/status/contract';
import { StatusGlyph } from '@icmp-mon/status/look';
import { AgentsClient } from './agents.client';
import { joinProgress, type JoinProgress } from './join-progress';

const AGAIN_MS = 2_000;
const LOOKS_LIKE: Record<JoinProgress['stage'], Status> = { waiting: 'unknown', joined: 'unknown', measures: 'up' };

/** Waits until the machine on which the command was run is connected and sends results, and otherwise shows what to check. */
@Component({
  selector: 'icm-join-wait',
  imports: [DurationPipe, Failure, RouterLink, StatusGlyph],
  template: `
    @let shown = progress();
    <p class="stage" data-testid="join-progress">
      <span role="status"><icm-status [status]="looksLike()" [label]="shown.text" /></span>
      @if (shown.stage === 'waiting') {
        <span class="quiet">{{ waitedMs() | duration }}</span>
      } @else if (agent(); as here) {
        <a [routerLink]="['/agents', here.id]">Open the agent's page</a>
      }
    </p>
    @if (shown.checks.length > 0) {
      <ul data-testid="join-checks">
        @for (check of shown.checks; track check) {
          <li>{{ check }}</li>
        }
      </ul>
    }
    @if (kept.failure(); as failure) {
      <icm-failure
        what="The agent's state could not be loaded"
        [error]="failure.error"
        [sinceMs]="failure.sinceMs"
        (retry)="read.reload()"
      />
    }
  `,
  styles: `
    .stage {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: 4px 12px;
      margin: 12px 0 0;
    }
    ul {
      margin: 8px 0 0;
      padding-left: 20px;
      overflow-wrap: anywhere;
    }
  `,
})
export class JoinWait {
  readonly name = input.required<string>();
  readonly enrolUrl = input.required<string>();
  /** The agent to replace, as it was when the command was created. */
  readonly before = input<AgentView>();

  private readonly clock = inject(Clock);
  private readonly since = momentNow();
  protected readonly read = inject(AgentsClient).listAgents();
  protected readonly kept = keepLast(this.read);
  protected readonly agent = computed(() => this.kept.value()?.items.find(({ name }) => name === this.name()));
  protected readonly waitedMs = computed(() => Math.max(0, elapsedMs(this.since, this.clock.now())));
  protected readonly progress = computed(() =>
    joinProgress({
      name: this.name(),
      before: this.before(),
      now: this.agent(),
      enrolUrl: this.enrolUrl(),
      waitedMs: this.waitedMs(),
      nowMs: this.clock.nowMs(),
    }),
  );
  protected readonly looksLike = computed(() => LOOKS_LIKE[this.progress().stage]);

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }
}
