import { NgComponentOutlet } from '@angular/common';
import { Component, computed, input, output, signal, type Type } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Icon } from '@icmp-mon/platform/ui-kit';
import type { TargetView } from '@icmp-mon/targets/contract';
import type { TargetBody } from './target-body';

/** One target next to the list. Its content is loaded when the panel is opened for the first time. */
@Component({
  selector: 'icm-target-panel',
  imports: [Icon, NgComponentOutlet, RouterLink],
  template: `
    <aside aria-label="Target" data-testid="target-panel">
      <header>
        <a class="button" [routerLink]="['/targets', id()]" (click)="left.emit()" data-testid="open-page">
          Open page <kbd>Enter</kbd>
        </a>
        <span class="quiet hint"><kbd>j</kbd> <kbd>k</kbd> next, previous</span>
        <span class="spread"></span>
        <button
          type="button"
          class="button button-bare"
          aria-label="Close"
          title="Close (Esc)"
          data-testid="close-panel"
          (click)="closed.emit()"
        >
          <icm-icon name="close" />
        </button>
      </header>
      <div class="content" tabindex="0" role="group" aria-label="Selected target">
        @if (failed()) {
          <p role="alert">The panel could not be loaded. Reload the page.</p>
        } @else {
          <ng-container *ngComponentOutlet="body(); inputs: bodyInputs()" />
        }
      </div>
    </aside>
  `,
  styleUrl: './target-panel.scss',
})
export class TargetPanel {
  readonly id = input.required<string>();
  /** The target as the list has it. */
  readonly known = input<TargetView>();
  readonly range = input<string>();
  readonly from = input<string>();
  readonly to = input<string>();
  readonly closed = output();
  /** Emits before the target's page is opened. */
  readonly left = output();

  /** The content; null until its code is loaded. */
  protected readonly body = signal<Type<TargetBody> | null>(null);
  protected readonly failed = signal(false);
  protected readonly bodyInputs = computed(() => ({
    ...{ id: this.id(), known: this.known(), inPanel: true },
    ...{ range: this.range(), from: this.from(), to: this.to() },
  }));

  constructor() {
    import('./target-body').then(
      (loaded) => this.body.set(loaded.TargetBody),
      () => this.failed.set(true),
    );
  }
}
