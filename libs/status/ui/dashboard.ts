import { Component, inject } from '@angular/core';
import { PageTrail } from '@icmp-mon/platform/ui-kit';

@Component({ selector: 'icm-dashboard', template: '<div class="page"><h1>Dashboard</h1></div>' })
export class Dashboard {
  constructor() {
    inject(PageTrail).show({ text: 'Dashboard' });
  }
}
