import { Component, computed, effect, inject, input, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import type { CommandView } from '@icmp-mon/commands/contract';
import { Session } from '@icmp-mon/identity/ui';
import { Failure, InstantPipe, newRequestKey, PageTrail, SentRequest } from '@icmp-mon/platform/ui-kit';
import { CommandAnswers } from './command-answers';
import { CommandPaths } from './command-paths';
import { AnsweredPipe, BadPipe, KindPipe, ParametersPipe } from './command-pipes';
import { kindText } from './command-text';
import { CommandsClient } from './commands.client';
import { followCommand } from './followed-command';

/** Page `/commands/:id`: a command with the answers of its agents, as they arrive. */
@Component({
  selector: 'icm-command-page',
  imports: [
    AnsweredPipe,
    BadPipe,
    CommandAnswers,
    CommandPaths,
    Failure,
    InstantPipe,
    KindPipe,
    ParametersPipe,
    RouterLink,
  ],
  templateUrl: './command-page.html',
  styleUrl: './command-page.scss',
})
export class CommandPage {
  readonly id = input.required<string>();
  private readonly client = inject(CommandsClient);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  protected readonly mayRun = computed(() => this.session.may('commands:run'));
  protected readonly followed = followCommand(() => this.id());
  protected readonly sent = new SentRequest();

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const command = this.followed.view();
      const text = command === undefined ? this.id() : `${kindText(command.kind)} of ${command.ip}`;
      untracked(() => trail.showCrumbs({ text: 'Commands', link: '/commands' }, { text }));
    });
  }

  protected async cancelCommand(): Promise<void> {
    await this.sent.sendRequest(async () => {
      await this.client.cancelCommand(this.id());
    });
    this.followed.reload();
  }

  /** Requests the same command again, from the same agents, and shows it. */
  protected async repeatCommand(command: CommandView): Promise<void> {
    const { kind, targetId, parameters, agents, count, timeoutMs } = command;
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
