import { Component, inject } from '@angular/core';
import { Session } from '@icmp-mon/identity/ui';

/** Shows a user with a scope that a change of many targets is limited to it. */
@Component({
  selector: 'icm-scope-note',
  template: `
    @if (session.scope(); as scope) {
      <p class="quiet" data-testid="scope-note">
        Limited to your scope <code>{{ scope }}</code>: nothing outside of it is changed, and each target must stay in
        it.
      </p>
    }
  `,
  styles: `
    /* Otherwise a form has the gap of its fields twice. */
    :host(:empty) {
      display: none;
    }

    p {
      margin: 0;
    }

    code {
      overflow-wrap: anywhere;
    }
  `,
})
export class ScopeNote {
  protected readonly session = inject(Session);
}
