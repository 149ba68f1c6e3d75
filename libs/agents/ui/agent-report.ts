import { Component, input } from '@angular/core';
import type { AgentView } from '@icmp-mon/agents/contract';
import { AgentAnchors } from './agent-anchors';
import { AgentExecutors } from './agent-executors';
import { AgentNotBelieved } from './agent-not-believed';
import { AgentPolicyCard } from './agent-policy';

/** Cards of the last report of an agent: policy file, anchors, executors, and what was not believed. */
@Component({
  selector: 'icm-agent-report',
  imports: [AgentAnchors, AgentExecutors, AgentNotBelieved, AgentPolicyCard],
  template: `
    <icm-agent-policy [class.outdated]="isOutdated()" [agent]="agent()" />
    <icm-agent-anchors [class.outdated]="isOutdated()" [agent]="agent()" />
    <icm-agent-executors [class.outdated]="isOutdated()" [agent]="agent()" />
    <icm-agent-not-believed [class.outdated]="isOutdated()" [agent]="agent()" />
  `,
  styles: `
    /* The cards are laid out by the page. */
    :host {
      display: contents;
    }
  `,
})
export class AgentReportCards {
  readonly agent = input.required<Pick<AgentView, 'id' | 'telemetry'>>();
  /** Whether the data could not be read again. */
  readonly isOutdated = input.required<boolean>();
}
