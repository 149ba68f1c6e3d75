import { Component, computed, inject, input } from '@angular/core';
import { RouterLink } from '@angular/router';
import type { AgentView } from '@icmp-mon/agents/contract';
import { AgePipe, Clock, CountPipe, Failure, InstantPipe, keepLast, reloadEvery } from '@icmp-mon/platform/ui-kit';
import { AgentsClient } from './agents.client';
import { policyRows, refusalText } from './policy-rows';

const AGAIN_MS = 15_000;
/** Entries of a list that are shown at first. */
const ENTRIES_MAX = 20;

/** The policy file of an agent as the agent reported it, the assigned targets that it refuses by reason, and a change that is not in force. */
@Component({
  selector: 'icm-agent-policy',
  imports: [AgePipe, CountPipe, Failure, InstantPipe, RouterLink],
  templateUrl: './agent-policy.html',
  styleUrl: './agent-policy.scss',
})
export class AgentPolicyCard {
  readonly agent = input.required<Pick<AgentView, 'id' | 'telemetry'>>();
  protected readonly nowMs = inject(Clock).nowMs;
  private readonly id = computed(() => this.agent().id);
  protected readonly read = inject(AgentsClient).readPolicy(this.id);
  protected readonly kept = keepLast(this.read, this.id);
  protected readonly policy = computed(() => this.kept.value()?.reported);
  protected readonly rows = computed(() => {
    const policy = this.policy();
    return (policy ? policyRows(policy) : []).map((row) => ({
      ...row,
      entries: row.entries.slice(0, ENTRIES_MAX),
      more: row.entries.slice(ENTRIES_MAX),
    }));
  });
  protected readonly fault = computed(() => this.agent().telemetry?.policyFault);
  protected readonly refused = computed(() =>
    Object.entries(this.agent().telemetry?.policyRefused ?? {})
      .map(([reason, targets]) => ({ reason, targets, text: refusalText(reason) }))
      .sort((a, b) => b.targets - a.targets),
  );

  constructor() {
    reloadEvery(this.read, AGAIN_MS);
  }
}
