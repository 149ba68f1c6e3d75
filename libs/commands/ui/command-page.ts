import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { type CommandView, hasEnded } from '@icmp-mon/commands/contract';
import { Session } from '@icmp-mon/identity/ui';
import {
  Failure,
  InstantPipe,
  keepLast,
  newRequestKey,
  PageTrail,
  reloadEvery,
  RttPipe,
  SentRequest,
} from '@icmp-mon/platform/ui-kit';
import { AnsweredPipe, AnswerPipe, BadPipe, KindPipe, ParametersPipe } from './command-pipes';
import { kindText } from './command-text';
import { CommandsClient } from './commands.client';

/** How often an unfinished command is read. */
const AGAIN_MS = 500;

/** Page `/commands/:id`: a command with the answers of its agents, as they arrive. */
@Component({
  selector: 'icm-command-page',
  imports: [AnsweredPipe, AnswerPipe, BadPipe, Failure, InstantPipe, KindPipe, ParametersPipe, RouterLink, RttPipe],
  templateUrl: './command-page.html',
  styleUrl: './command-page.scss',
})
export class CommandPage {
  readonly id = input.required<string>();
  private readonly client = inject(CommandsClient);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  protected readonly mayRun = computed(() => this.session.may('commands:run'));
  protected readonly read = this.client.readCommand(this.id);
  protected readonly kept = keepLast(this.read, this.id);
  protected readonly isEnded = computed(() => {
    const command = this.kept.value();
    return command !== undefined && hasEnded(command.state);
  });
  protected readonly sent = new SentRequest();
  /** Agent whose trail is shown. */
  protected readonly shownAgent = signal<string | null>(null);
  protected readonly trail = this.client.readTrail(() => {
    const agentId = this.shownAgent();
    return agentId === null ? null : { id: this.id(), agentId };
  });

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const command = this.kept.value();
      const text = command === undefined ? this.id() : `${kindText(command.kind)} of ${command.ip}`;
      untracked(() => trail.showCrumbs({ text: 'Commands', link: '/commands' }, { text }));
    });
    effect(() => {
      this.id();
      untracked(() => this.shownAgent.set(null));
    });
    reloadEvery(
      { reload: () => this.read.reload(), isLoading: () => this.isEnded() || this.read.isLoading() },
      AGAIN_MS,
    );
  }

  protected toggleTrail(agentId: string): void {
    this.shownAgent.update((shown) => (shown === agentId ? null : agentId));
  }

  protected async cancelCommand(): Promise<void> {
    await this.sent.sendRequest(async () => {
      await this.client.cancelCommand(this.id());
    });
    this.read.reload();
  }

  /** Requests the same command again, from the same agents, and shows it. */
  protected async repeatCommand({ kind, targetId, parameters, agents, count, timeoutMs }: CommandView): Promise<void> {
    const request = {
      kind,
      target: targetId,
      parameters,
      count,
      timeoutMs,
      agents: agents.map(({ agentId }) => agentId),
    };
    await this.sent.sendRequest(async () => {
      const { id } = await this.client.requestCommand(request, newRequestKey());
      await this.router.navigate(['/commands', id]);
    });
  }
}
