import { Component, inject, input, output } from '@angular/core';
import type { LoginView } from '@icmp-mon/identity/contract';
import { AgePipe, Clock, InstantPipe } from '@icmp-mon/platform/ui-kit';

/** Table of active logins. Where logins may be ended one by one, each has a button. */
@Component({
  selector: 'icm-logins-table',
  imports: [AgePipe, InstantPipe],
  template: `
    <div class="table-scroll" tabindex="0" role="group" [attr.aria-label]="label()">
      <table class="plain" data-testid="logins">
        <thead>
          <tr>
            <th>Browser</th>
            <th>Address</th>
            <th class="number">Signed in</th>
            <th class="number">Last renewed</th>
            <th><span class="for-screen-readers">Action</span></th>
          </tr>
        </thead>
        <tbody>
          @for (login of logins(); track login.id) {
            <tr>
              <td class="agent" [title]="login.userAgent ?? ''">{{ login.userAgent ?? 'unknown' }}</td>
              <td class="mono">{{ login.address ?? '–' }}</td>
              <td class="number">{{ login.createdAt | instant }}</td>
              <td class="number" [title]="login.lastUsedAt | instant">{{ login.lastUsedAt | age: nowMs() }} ago</td>
              <td>
                @if (login.isCurrent) {
                  <span class="tag">current</span>
                } @else if (each()) {
                  <button type="button" class="button" [disabled]="ending()" (click)="endLogin.emit(login)">End</button>
                }
              </td>
            </tr>
          } @empty {
            <tr>
              <td colspan="5" class="quiet">No active logins.</td>
            </tr>
          }
        </tbody>
      </table>
    </div>
  `,
  styleUrl: './access-forms.scss',
})
export class LoginsTable {
  readonly label = input.required<string>();
  readonly logins = input.required<LoginView[]>();
  readonly each = input(false);
  readonly ending = input(false);
  readonly endLogin = output<LoginView>();

  protected readonly nowMs = inject(Clock).nowMs;
}
