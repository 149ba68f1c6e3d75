import { computed, Injectable, signal } from '@angular/core';
import { type Moment, momentNow } from './elapsed';
import { clockBehindMs } from './server-clock';

/** The present, once a second, for ages on the screen. */
@Injectable({ providedIn: 'root' })
export class Clock {
  private readonly ticks = signal(momentNow());
  readonly now = this.ticks.asReadonly();
  private readonly behindState = signal(0);
  /** By how much the reader's clock is behind the installation's, once that was heard. */
  readonly behindMs = this.behindState.asReadonly();
  /** By the clock of the installation, as all times that it gives. */
  readonly nowMs = computed(() => this.ticks().wallMs + this.behindMs());

  constructor() {
    setInterval(() => {
      if (document.visibilityState === 'visible') this.ticks.set(momentNow());
    }, 1_000);
    document.addEventListener('visibilitychange', () => this.ticks.set(momentNow()));
  }

  /** What the clock of the installation said at a moment; a server of an earlier release does not say. */
  hear(serverAt: string | undefined, at: Moment): void {
    this.behindState.set(clockBehindMs(serverAt, at));
  }
}
