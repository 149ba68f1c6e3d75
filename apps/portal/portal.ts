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
  // The theme must be set on the login page too, where no switch is shown.
  protected readonly theme = inject(Theme);
}
