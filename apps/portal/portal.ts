import { Component, inject } from '@angular/core';
import { RouterOutlet } from '@angular/router';
import { Theme, ToastStack } from '@icmp-mon/platform/ui-kit';

@Component({
  selector: 'icm-portal',
  imports: [RouterOutlet, ToastStack],
  template: `
    <router-outlet />
    <icm-toasts />
  `,
})
export class Portal {
  // Injected here, so that the theme also applies to the login page, which has no theme switch.
  protected readonly theme = inject(Theme);
}
