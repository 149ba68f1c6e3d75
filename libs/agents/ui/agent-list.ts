import { Component, inject } from '@angular/core';
import { PageTrail } from '@icmp-mon/platform/ui-kit';

@Component({ selector: 'icm-agent-list', template: '<div class="page"><h1>AgentList</h1></div>' })
export class AgentList {
  constructor() {
    inject(PageTrail).show({ text: 'AgentList' });
  }
}
