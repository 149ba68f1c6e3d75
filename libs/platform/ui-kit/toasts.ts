import { Component, inject, Injectable, signal } from '@angular/core';
import { Icon } from './icon';
import { problemText, readProblem } from './problem';

export interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
}

const SHOWN_AT_ONCE = 4;
const DONE_FOR_MS = 6_000;

/** Short messages about completed and failed actions. Failures stay until they are closed. */
@Injectable({ providedIn: 'root' })
export class Toasts {
  private readonly list = signal<Toast[]>([]);
  private nextId = 1;
  readonly shown = this.list.asReadonly();

  done(text: string): void {
    const id = this.add('done', text);
    setTimeout(() => this.close(id), DONE_FOR_MS);
  }

  showFailure(text: string): void {
    this.add('failed', text);
  }

  /** Shows what a failed request did not do, and why it failed. */
  showRefusal(what: string, failure: unknown): void {
    this.showFailure(`${what} ${problemText(readProblem(failure))}`);
  }

  close(id: number): void {
    this.list.update((toasts) => toasts.filter((toast) => toast.id !== id));
  }

  private add(kind: Toast['kind'], text: string): number {
    const id = this.nextId++;
    this.list.update((toasts) => [...toasts, { id, kind, text }].slice(-SHOWN_AT_ONCE));
    return id;
  }
}

@Component({
  selector: 'icm-toasts',
  imports: [Icon],
  template: `
    <div class="stack" role="status" aria-live="polite">
      @for (toast of toasts.shown(); track toast.id) {
        <div class="toast" [class.failed]="toast.kind === 'failed'" data-testid="toast">
          <span>{{ toast.text }}</span>
          <button type="button" class="button button-bare" aria-label="Close message" (click)="toasts.close(toast.id)">
            <icm-icon name="close" />
          </button>
        </div>
      }
    </div>
  `,
  styles: `
    .stack {
      position: fixed;
      right: 16px;
      bottom: 16px;
      z-index: 1200;
      display: flex;
      flex-direction: column;
      gap: 8px;
      max-width: min(420px, calc(100vw - 32px));
    }
    .toast {
      display: flex;
      align-items: center;
      justify-content: space-between;
      gap: 12px;
      padding: 6px 8px 6px 14px;
      border: 1px solid var(--icm-line);
      border-left: 4px solid var(--icm-up);
      border-radius: var(--icm-radius);
      background: var(--icm-surface-raised);
      box-shadow: var(--icm-shadow);
    }
    .failed {
      border-left-color: var(--icm-down);
    }
    @media (max-width: 640px) {
      .stack {
        bottom: 68px;
      }
    }
  `,
})
export class ToastStack {
  protected readonly toasts = inject(Toasts);
}
