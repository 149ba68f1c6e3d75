import {
  afterNextRender,
  Component,
  computed,
  type ElementRef,
  inject,
  Injector,
  input,
  viewChild,
} from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { type AgentConnection, type AgentView, isAdmitted } from '@icmp-mon/agents/contract';
import { Session } from '@icmp-mon/identity/ui';
import { agentTrouble, AgentTroublePipe } from '@icmp-mon/agents/look';
import {
  Clock,
  CountPipe,
  DurationPipe,
  Empty,
  Failure,
  keepLast,
  PageTrail,
  reloadEvery,
} from '@icmp-mon/platform/ui-kit';
import { AgentLink } from './agent-link';
import { AgentLoadPipe, IsFullPipe, ShortLoadPipe } from './agent-load';
import { AgentsClient } from './agents.client';
import { EnrolmentTokens } from './enrolment-tokens';
import { fleetGroups } from './fleet-groups';
import { FleetTable } from './fleet-table';
import { JoinAgent } from './join-agent';
import { AdmittedPipe } from './agent-pipes';

const AGAIN_MS = 5_000;
const WORST_FIRST: AgentConnection[] = ['lost', 'late', 'unknown', 'enrolled', 'connected'];

/** Page `/agents?join=&region=&provider=`: the fleet by region and provider, and all agents or those of one group with their connection, health and targets, worst first. */
@Component({
  selector: 'icm-agent-list',
  imports: [
    AdmittedPipe,
    AgentLink,
    AgentLoadPipe,
    AgentTroublePipe,
    CountPipe,
    DurationPipe,
    Empty,
    EnrolmentTokens,
    Failure,
    FleetTable,
    IsFullPipe,
    JoinAgent,
    RouterLink,
    ShortLoadPipe,
  ],
  templateUrl: './agent-list.html',
  styleUrl: './agent-list.scss',
})
export class AgentList {
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = inject(AgentsClient).listAgents();
  protected readonly kept = keepLast(this.read);
  protected readonly agents = computed(() => this.kept.value()?.items);
  /** Group of the fleet to which the list is restricted. */
  readonly region = input<string>();
  readonly provider = input<string>();
  protected readonly groups = computed(() => fleetGroups(this.agents() ?? [], this.nowMs()));
  protected readonly isRestricted = computed(() => this.region() !== undefined || this.provider() !== undefined);
  protected readonly worstFirst = computed(() => [...this.chosen()].sort(byTrouble(this.nowMs())));
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

  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Agents' });
    reloadEvery(this.read, AGAIN_MS);
  }

  protected openJoin(): void {
    void this.router.navigate([], { queryParams: { join: 'new' }, queryParamsHandling: 'merge' });
  }

  /** Closes the form and returns the focus to the button that opened it. */
  protected async closeJoin(): Promise<void> {
    await this.router.navigate([], { queryParams: { join: null }, queryParamsHandling: 'merge' });
    afterNextRender(() => this.joinButton()?.nativeElement.focus(), { injector: this.injector });
  }
}

function byTrouble(nowMs: number): (a: AgentView, b: AgentView) => number {
  const rank = (agent: AgentView): number =>
    WORST_FIRST.indexOf(agent.connection) * 2 + (agentTrouble(agent, nowMs) === null ? 1 : 0);
  return (a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name);
}
