import { Component, inject, input, linkedSignal, output } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { CommandView } from '@icmp-mon/commands/contract';
import { Failure, SentRequest } from '@icmp-mon/platform/ui-kit';
import { CommandAnswers } from './command-answers';
import { AnsweredPipe, BadPipe, KindPipe } from './command-pipes';
import { CommandsClient } from './commands.client';
import { followCommand } from './followed-command';
import { ProbeFields } from './probe-fields';

/** Requests commands for a target, and shows the answers to the latest one as they arrive. */
@Component({
  selector: 'icm-probe-console',
  imports: [AnsweredPipe, BadPipe, CommandAnswers, Failure, KindPipe, ProbeFields, RouterLink],
  templateUrl: './probe-console.html',
  styleUrl: './probe-console.scss',
})
export class ProbeConsole {
  readonly targetId = input.required<string>();
  /** Emits when a command was requested. */
  readonly requested = output();
  private readonly client = inject(CommandsClient);
  /** The command whose answers are shown. */
  private readonly shownId = linkedSignal<string, string | null>({
    source: () => this.targetId(),
    computation: () => null,
  });
  protected readonly followed = followCommand(() => this.shownId());
  protected readonly cancelled = new SentRequest();

  protected showCommand({ id }: CommandView): void {
    this.cancelled.forgetProblem();
    this.shownId.set(id);
    this.requested.emit();
  }

  protected async cancelCommand(id: string): Promise<void> {
    await this.cancelled.sendRequest(async () => {
      await this.client.cancelCommand(id);
    });
    this.followed.reload();
  }
}
