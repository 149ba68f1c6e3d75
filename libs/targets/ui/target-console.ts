import { NgComponentOutlet } from '@angular/common';
import { Component, computed, effect, inject, InjectionToken, input, model, signal, type Type } from '@angular/core';

/** Loads the component that requests commands for the target of its input `targetId`; the app provides it. */
export const TARGET_CONSOLE = new InjectionToken<() => Promise<Type<unknown>>>('TARGET_CONSOLE');

/** Opens and closes the console of a target. */
@Component({
  selector: 'icm-probe-now',
  template: `
    <button
      type="button"
      class="button"
      data-testid="probe-now"
      [attr.aria-expanded]="open()"
      (click)="open.set(!open())"
    >
      Probe now
    </button>
  `,
})
export class ProbeNow {
  readonly open = model.required<boolean>();
}

/** The console of a target, which is loaded when it is opened for the first time. */
@Component({
  selector: 'icm-target-console',
  imports: [NgComponentOutlet],
  template: `
    @if (open()) {
      @if (failed()) {
        <p role="alert">The console could not be loaded. Reload the page.</p>
      } @else if (console(); as component) {
        <ng-container *ngComponentOutlet="component; inputs: inputs()" />
      } @else {
        <p class="quiet" role="status">Loading the console …</p>
      }
    }
  `,
})
export class TargetConsole {
  readonly targetId = input.required<string>();
  readonly open = input.required<boolean>();
  private readonly loadConsole = inject(TARGET_CONSOLE);
  protected readonly console = signal<Type<unknown> | null>(null);
  protected readonly failed = signal(false);
  protected readonly inputs = computed(() => ({ targetId: this.targetId() }));

  constructor() {
    const loading = effect(() => {
      if (!this.open()) return;
      loading.destroy();
      this.loadConsole().then(
        (component) => this.console.set(component),
        () => this.failed.set(true),
      );
    });
  }
}

/** The button `icm-probe-now` and the console `icm-target-console`. */
export const PROBE_NOW = [ProbeNow, TargetConsole] as const;
