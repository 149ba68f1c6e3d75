import { Component, computed, inject, input, linkedSignal } from '@angular/core';
import type { CommandView } from '@icmp-mon/commands/contract';
import { MtrTable } from '@icmp-mon/paths/look';
import { RttPipe } from '@icmp-mon/platform/ui-kit';
import { AnswerPipe, BadPipe } from './command-pipes';
import { CommandsClient } from './commands.client';

/** Traces are shown without a click for this many agents. */
const OPEN_TRACES_MAX = 3;

/** The answers of a command's agents, with the trail of one, and the hops of traces. */
@Component({
  selector: 'icm-command-answers',
  imports: [AnswerPipe, BadPipe, MtrTable, RttPipe],
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

  /** Round trips of probes; a trace has those of each hop instead. */
  protected readonly hasRtts = computed(() => this.command().kind !== 'mtr');
  /** Agents with a trace, as far as it is known. */
  protected readonly traces = computed(() => this.command().agents.filter(({ trace }) => trace !== null));
  protected readonly areTracesOpen = computed(() => this.command().agents.length <= OPEN_TRACES_MAX);

  protected toggleTrail(agentId: string): void {
    this.shownAgent.update((shown) => (shown === agentId ? null : agentId));
  }
}
