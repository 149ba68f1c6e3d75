import { Component, computed, effect, ElementRef, inject, Injector, input, viewChild } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { type AgentView, isAdmitted } from '@icmp-mon/agents/contract';
import { Session } from '@icmp-mon/identity/ui';
import { AgentTroublePipe, worstFirst } from '@icmp-mon/agents/look';
import {
  Clock,
  CountPipe,
  DurationPipe,
  Empty,
  Failure,
  keepLast,
  PageTrail,
  reloadEvery,
  Shortcuts,
  whenRendered,
} from '@icmp-mon/platform/ui-kit';
import { AgentLink } from './agent-link';
import { AgentLoadPipe, IsFullPipe, ShortLoadPipe } from './agent-load';
import { AgentsClient } from './agents.client';
import { ChosenAgents } from './chosen-agents';
import { DrainJobs } from './drain-jobs';
import { EnrolmentTokens } from './enrolment-tokens';
import { fleetGroups } from './fleet-groups';
import { FleetTable } from './fleet-table';
import { JoinAgent } from './join-agent';
import { AdmittedPipe } from './agent-pipes';
import { SeveralAgents } from './several-agents';

const AGAIN_MS = 5_000;

/** Page `/agents?join=&region=&provider=&fleet=`: the fleet by region and provider, and all agents or those of one group with their connection, health and targets, worst first. */
@Component({
  selector: 'icm-agent-list',
  imports: [
    AdmittedPipe,
    AgentLink,
    AgentLoadPipe,
    AgentTroublePipe,
    CountPipe,
    DrainJobs,
    DurationPipe,
    Empty,
    EnrolmentTokens,
    Failure,
    FleetTable,
    IsFullPipe,
    JoinAgent,
    RouterLink,
    SeveralAgents,
    ShortLoadPipe,
  ],
  templateUrl: './agent-list.html',
  styleUrl: './agent-list.scss',
  providers: [ChosenAgents],
})
export class AgentList {
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = inject(AgentsClient).readFleet();
  protected readonly kept = keepLast(this.read);
  protected readonly agents = computed(() => this.kept.value()?.items);
  /** Group of the fleet to which the list is restricted. */
  readonly region = input<string>();
  readonly provider = input<string>();
  /** `all`: all groups of the fleet are shown. */
  readonly fleet = input<string>();
  protected readonly groups = computed(() => fleetGroups(this.agents() ?? [], this.nowMs()));
  protected readonly isRestricted = computed(() => this.region() !== undefined || this.provider() !== undefined);
  protected readonly worstFirst = computed(() => worstFirst(this.chosen(), this.nowMs()));
  private readonly chosen = computed(() =>
    (this.agents() ?? []).filter(
      ({ region, provider }) => region === (this.region() ?? region) && provider === (this.provider() ?? provider),
    ),
  );
  private readonly router = inject(Router);
  /** Set while the form for a new agent is open. */
  readonly join = input<string>();
  protected readonly joining = computed(() => this.join() !== undefined);
  private readonly joinButton = viewChild<ElementRef<HTMLButtonElement>>('joinButton');
  private readonly injector = inject(Injector);
  private readonly session = inject(Session);
  protected readonly mayEnrol = computed(() => this.session.may('agents:enrol'));
  /** Whether the agent's reported figures are current. */
  protected readonly isHeard = ({ state, connection }: AgentView): boolean =>
    isAdmitted(state) && connection === 'connected';

  protected readonly chosenAgents = inject(ChosenAgents);
  protected readonly mayChange = computed(() => this.session.may('agents:write'));
  private readonly drainJobs = viewChild(DrainJobs);
  private readonly page = inject<ElementRef<HTMLElement>>(ElementRef);

  constructor() {
    inject(Shortcuts).add(
      { keys: 'x', label: 'Choose the agent, or not', run: () => this.chooseFocused(false) },
      { keys: 'X', label: 'Choose the agents from the last chosen one', run: () => this.chooseFocused(true) },
      { keys: 'j', label: 'Next agent', run: () => this.moveFocus(1) },
      { keys: 'k', label: 'Previous agent', run: () => this.moveFocus(-1) },
    );
    effect(() => this.chosenAgents.keepListed(this.listedIds()));
    inject(PageTrail).showCrumbs({ text: 'Agents' });
    reloadEvery(this.read, AGAIN_MS);
  }

  /** Chooses the agent of a row by its box; with Shift the range from the last chosen one. */
  protected chooseAgent(id: string, event: MouseEvent): void {
    if (event.shiftKey) this.chosenAgents.chooseRange(id, this.listedIds());
    else this.chosenAgents.toggleAgent(id);
    // The browser has switched the box; in a range, an agent that was chosen stays chosen.
    (event.target as HTMLInputElement).checked = this.chosenAgents.isChosen(id);
  }

  protected showChanged(): void {
    this.chosenAgents.chooseNone();
    this.read.reload();
    this.drainJobs()?.reloadJobs();
  }

  private listedIds(): string[] {
    return this.worstFirst().map(({ id }) => id);
  }

  private chooseFocused(isRange: boolean): void {
    const id = document.activeElement?.closest<HTMLElement>('tr[data-agent]')?.dataset['agent'];
    if (id === undefined || !this.mayChange()) return;
    if (isRange) this.chosenAgents.chooseRange(id, this.listedIds());
    else this.chosenAgents.toggleAgent(id);
  }

  private moveFocus(by: number): void {
    const links = [...this.page.nativeElement.querySelectorAll<HTMLElement>('tr[data-agent] td.name a')];
    const row = document.activeElement?.closest('tr[data-agent]');
    const at = links.findIndex((link) => link.closest('tr') === row);
    links[at === -1 ? 0 : Math.min(Math.max(at + by, 0), links.length - 1)]?.focus();
  }

  protected openJoin(): void {
    void this.router.navigate([], { queryParams: { join: 'new' }, queryParamsHandling: 'merge' });
  }

  /** Closes the form and returns the focus to the button that opened it. */
  protected async closeJoin(): Promise<void> {
    await this.router.navigate([], { queryParams: { join: null }, queryParamsHandling: 'merge' });
    whenRendered(this.injector, () => this.joinButton()?.nativeElement.focus());
  }
}
