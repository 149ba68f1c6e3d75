import { httpResource } from '@angular/common/http';
import { Component, computed, inject, signal } from '@angular/core';
import { RouterLink } from '@angular/router';
import { type AgentConnection, type AgentView, isAdmitted } from '@icmp-mon/agents/contract';
import { Session } from '@icmp-mon/identity/ui';
import { agentTrouble } from '@icmp-mon/agents/look';
import {
  ageText,
  Clock,
  countText,
  durationText,
  Empty,
  Failure,
  keepLast,
  PageTrail,
  rateText,
  reloadEvery,
} from '@icmp-mon/platform/ui-kit';
import { AgentLink } from './agent-link';
import { EnrolmentTokens } from './enrolment-tokens';
import { JoinAgent } from './join-agent';

const AGAIN_MS = 5_000;
const WORST_FIRST: AgentConnection[] = ['lost', 'late', 'unknown', 'enrolled', 'connected'];

/** `/agents`: who measures, from where, and how well. */
@Component({
  selector: 'icm-agent-list',
  imports: [AgentLink, Empty, EnrolmentTokens, Failure, JoinAgent, RouterLink],
  templateUrl: './agent-list.html',
  styleUrl: './agent-list.scss',
})
export class AgentList {
  protected readonly nowMs = inject(Clock).nowMs;
  protected readonly read = httpResource<{ items: AgentView[] }>(() => '/api/v1/agents');
  protected readonly kept = keepLast(this.read);
  protected readonly agents = computed(() => this.kept.value()?.items);
  protected readonly worstFirst = computed(() => [...(this.agents() ?? [])].sort(byTrouble(this.nowMs())));
  protected readonly joining = signal(false);
  private readonly session = inject(Session);
  protected readonly mayEnrol = computed(() => this.session.may('agents:enrol'));

  protected readonly isAdmitted = isAdmitted;
  /** Whether its reported figures are current. */
  protected readonly isHeard = ({ state, connection }: AgentView): boolean =>
    isAdmitted(state) && connection === 'connected';
  protected readonly agentTrouble = agentTrouble;
  protected readonly ageText = ageText;
  protected readonly countText = countText;
  protected readonly durationText = durationText;
  protected readonly rateText = rateText;

  constructor() {
    inject(PageTrail).show({ text: 'Agents' });
    reloadEvery(this.read, AGAIN_MS);
  }
}

function byTrouble(nowMs: number): (a: AgentView, b: AgentView) => number {
  const rank = (agent: AgentView): number =>
    WORST_FIRST.indexOf(agent.connection) * 2 + (agentTrouble(agent, nowMs) === null ? 1 : 0);
  return (a, b) => rank(a) - rank(b) || a.name.localeCompare(b.name);
}
