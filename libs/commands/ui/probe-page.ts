import { Component, computed, effect, inject, input, signal, untracked } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { AgentsClient } from '@icmp-mon/agents/ui';
import { AGENT_CHOICES, COMMAND_KINDS } from '@icmp-mon/commands/contract';
import { Session } from '@icmp-mon/identity/ui';
import {
  Empty,
  Failure,
  keepLast,
  newRequestKey,
  PageTrail,
  problemText,
  SentRequest,
} from '@icmp-mon/platform/ui-kit';
import { TargetsClient } from '@icmp-mon/targets/ui';
import type { CheckParameter } from '@icmp-mon/tiers/contract';
import { CommandList } from './command-list';
import { KindPipe } from './command-pipes';
import { CommandsClient } from './commands.client';
import { draftOf, isKind, parametersOf, type ProbeDraft, requestOf } from './probe-form';

const EARLIER = 10;
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

/** Page `/targets/:id/commands`: a form for a command, and its latest commands. */
@Component({
  selector: 'icm-probe-page',
  imports: [CommandList, Empty, Failure, KindPipe, RouterLink],
  templateUrl: './probe-page.html',
  styleUrl: './probe-page.scss',
})
export class ProbePage {
  readonly id = input.required<string>();
  private readonly client = inject(CommandsClient);
  private readonly router = inject(Router);
  private readonly session = inject(Session);
  private readonly target = keepLast(inject(TargetsClient).readTarget(this.id), this.id);
  private readonly fleet = keepLast(inject(AgentsClient).listAgents());
  protected readonly mayRun = computed(() => this.session.may('commands:run'));
  protected readonly address = computed(() => this.target.value()?.ip ?? this.id());
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
  protected readonly earlier = this.client.listCommands(() => ({ target: this.id(), limit: EARLIER }));
  protected readonly kept = keepLast(this.earlier, this.id);
  protected readonly kinds = COMMAND_KINDS;
  protected readonly labels = LABELS;

  constructor() {
    const trail = inject(PageTrail);
    effect(() => {
      const [text, link] = [this.address(), `/targets/${this.id()}`];
      untracked(() => trail.showCrumbs({ text: 'Targets', link: '/targets' }, { text, link }, { text: 'Probe now' }));
    });
  }

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
      const request = requestOf(this.target.value()?.id ?? this.id(), this.draft());
      const { id } = await this.client.requestCommand(request, newRequestKey());
      await this.router.navigate(['/commands', id]);
    });
  }
}

const textOf = (event: Event): string => (event.target as HTMLInputElement | HTMLSelectElement).value;
