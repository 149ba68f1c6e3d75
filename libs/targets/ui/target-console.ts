import { NgComponentOutlet } from '@angular/common';
import { Component, computed, inject, InjectionToken, input, signal, type Type } from '@angular/core';

/** Loads the component that requests commands for the target of its input `targetId`; the app provides it. */
export const TARGET_CONSOLE = new InjectionToken<() => Promise<Type<unknown>>>('TARGET_CONSOLE');

/** The console of a target, which is loaded when it is opened. */
@Component({
  selector: 'icm-target-console',
  imports: [NgComponentOutlet],
  template: `
    @if (failed()) {
      <p role="alert">The console could not be loaded. Reload the page.</p>
    } @else if (console(); as component) {
      <ng-container *ngComponentOutlet="component; inputs: inputs()" />
    } @else {
      <p class="quiet" role="status">Loading the console …</p>
    }
  `,
})
export class TargetConsole {
  readonly targetId = input.required<string>();
  protected readonly console = signal<Type<unknown> | null>(null);
  protected readonly failed = signal(false);
  protected readonly inputs = computed(() => ({ targetId: this.targetId() }));

  constructor() {
    inject(TARGET_CONSOLE)().then(
      (component) => this.console.set(component),
      () => this.failed.set(true),
    );
  }
}
