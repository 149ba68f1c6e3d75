import { Component, inject } from '@angular/core';
import { Session } from '@icmp-mon/identity/ui';

/** Shows the scope of a user who has one. */
@Component({
  selector: 'icm-scope-chip',
  template: `
    @if (session.scope(); as scope) {
      <span class="tag" data-testid="scope" [title]="'You see only the targets of the filter ' + scope">
        <span class="for-screen-readers">You see only targets of the filter </span>{{ scope }}
      </span>
    }
  `,
  styles: `
    .tag {
      display: block;
      margin-inline-start: 6px;
      max-width: 240px;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    @media (max-width: 640px) {
      .tag {
        max-width: 78px;
      }
    }
  `,
})
export class ScopeChip {
  protected readonly session = inject(Session);
}
