import { Component, inject } from '@angular/core';
import { PageTrail } from '@icmp-mon/platform/ui-kit';

@Component({ selector: 'icm-target-list', template: '<div class="page"><h1>TargetList</h1></div>' })
export class TargetList {
  constructor() {
    inject(PageTrail).show({ text: 'TargetList' });
  }
}
