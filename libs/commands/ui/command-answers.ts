import { Component, inject, input, linkedSignal } from '@angular/core';
import type { CommandView } from '@icmp-mon/commands/contract';
import { RttPipe } from '@icmp-mon/platform/ui-kit';
import { AnswerPipe, BadPipe } from './command-pipes';
import { CommandsClient } from './commands.client';

/** The answers of a command's agents, with the trail of one. */
@Component({
  selector: 'icm-command-answers',
  imports: [AnswerPipe, BadPipe, RttPipe],
  templateUrl: './command-answers.html',
  styleUrl: './command-answers.scss',
})
export class CommandAnswers {
  readonly command = input.required<CommandView>();
  /** Agent whose trail is shown. */
  protected readonly shownAgent = linkedSignal<string, string | null>({
    source: () => this.command().id,
    computation: () => null,
  });
  protected readonly trail = inject(CommandsClient).readTrail(() => {
    const agentId = this.shownAgent();
    return agentId === null ? null : { id: this.command().id, agentId };
  });

  protected toggleTrail(agentId: string): void {
    this.shownAgent.update((shown) => (shown === agentId ? null : agentId));
  }
}
