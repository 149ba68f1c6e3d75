import { Component, computed, inject, input, output, signal } from '@angular/core';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { AGENT_CHOICES, COMMAND_KINDS, type CommandView } from '@icmp-mon/commands/contract';
import { Session } from '@icmp-mon/identity/ui';
import { keepLast, newRequestKey, problemText, SentRequest } from '@icmp-mon/platform/ui-kit';
import type { CheckParameter } from '@icmp-mon/tiers/contract';
import { KindPipe } from './command-pipes';
import { CommandsClient } from './commands.client';
import { draftOf, isKind, parametersOf, type ProbeDraft, requestOf } from './probe-form';

const LABELS: Readonly<Record<CheckParameter['name'], string>> = {
  ...{ packets: 'Packets', size: 'Bytes of data', dscp: 'DSCP', dontFragment: 'Fragments', source: 'Source address' },
  ...{ port: 'Port', scheme: 'Scheme', path: 'Path', status: 'Status' },
  ...{ host: 'Host name', contains: 'Body contains', certificateDays: 'Certificate valid for days' },
  ...{ queryName: 'Domain name', queryType: 'Record type', rcode: 'Response code', answer: 'Record contains' },
};
const CHOICES: Readonly<Record<ProbeDraft['choice'], string>> = {
  assigned: 'Agents selected for the target',
  one_per_region: 'One agent per region',
  one_per_provider: 'One agent per provider',
  all: 'All agents',
  chosen: 'Chosen agents',
};

/** Form that requests a command for a target: kind, parameters and agents. */
@Component({
  selector: 'icm-probe-fields',
  imports: [KindPipe],
  templateUrl: './probe-fields.html',
  styleUrl: './probe-fields.scss',
})
export class ProbeFields {
  readonly targetId = input.required<string>();
  /** Emits a command when it was requested. */
  readonly requested = output<CommandView>();
  private readonly client = inject(CommandsClient);
  private readonly session = inject(Session);
  private readonly fleet = keepLast(inject(AgentsClient).listAgents());
  protected readonly agents = computed(() =>
    (this.fleet.value()?.items ?? []).filter(({ state }) => state === 'active' || state === 'draining'),
  );
  protected readonly draft = signal(draftOf('icmp_ping'));
  protected readonly parameters = computed(() => parametersOf(this.draft().kind));
  /** A user with a scope uses the agents that are selected for the target. */
  protected readonly choices = computed(() => {
    const values: ProbeDraft['choice'][] = this.session.scope() === null ? [...AGENT_CHOICES] : ['assigned'];
    if (this.session.may('agents:read')) values.push('chosen');
    return values.map((value) => ({ value, text: CHOICES[value] }));
  });
  protected readonly isEmpty = computed(() => this.draft().choice === 'chosen' && this.draft().agents.length === 0);
  protected readonly sent = new SentRequest();
  protected readonly faults = computed(() => this.sent.problem()?.pointers ?? {});
  protected readonly refusal = computed(() => {
    const problem = this.sent.problem();
    return problem === null ? null : problemText(problem);
  });
  protected readonly kinds = COMMAND_KINDS;
  protected readonly labels = LABELS;

  protected changeKind(event: Event): void {
    const kind = textOf(event);
    if (!isKind(kind)) return;
    const { choice, agents } = this.draft();
    this.draft.set({ ...draftOf(kind), choice, agents });
    this.sent.forgetProblem();
  }

  protected changeParameter(name: string, event: Event): void {
    const value = textOf(event);
    this.draft.update((draft) => ({ ...draft, parameters: { ...draft.parameters, [name]: value } }));
  }

  protected changeCount(event: Event): void {
    const count = textOf(event);
    this.draft.update((draft) => ({ ...draft, count }));
  }

  protected changeChoice(event: Event): void {
    const choice = this.choices().find(({ value }) => value === textOf(event))?.value ?? 'assigned';
    this.draft.update((draft) => ({ ...draft, choice }));
  }

  protected toggleAgent(id: string): void {
    this.draft.update((draft) => {
      const agents = draft.agents.includes(id) ? draft.agents.filter((each) => each !== id) : [...draft.agents, id];
      return { ...draft, agents };
    });
  }

  protected async sendCommand(event: Event): Promise<void> {
    event.preventDefault();
    await this.sent.sendRequest(async () => {
      const request = requestOf(this.targetId(), this.draft());
      this.requested.emit(await this.client.requestCommand(request, newRequestKey()));
    });
  }
}

const textOf = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;
