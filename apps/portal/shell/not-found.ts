import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Empty, PageTrail } from '@icmp-mon/platform/ui-kit';

@Component({
  selector: 'icm-not-found',
  imports: [Empty, RouterLink],
  template: `
    <div class="page">
      <h1 class="for-screen-readers">Not found</h1>
      <icm-empty what="Page not found">
        <p>The link may be outdated. Go to the <a routerLink="/">dashboard</a>.</p>
      </icm-empty>
    </div>
  `,
})
export class NotFound {
  constructor() {
    inject(PageTrail).showCrumbs({ text: 'Not found' });
  }
}
