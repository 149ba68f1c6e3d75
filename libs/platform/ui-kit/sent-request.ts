import { signal } from '@angular/core';
import { type Problem, readProblem } from './problem';

/** State of the request of a form: whether it is in progress, and why the last one failed. */
export class SentRequest {
  private readonly running = signal(false);
  private readonly failed = signal<Problem | null>(null);

  readonly isBusy = this.running.asReadonly();
  /** Why the last request failed; null if it did not. */
  readonly problem = this.failed.asReadonly();

  /** Sends the request. Returns whether it succeeded; otherwise `problem` is set. */
  async sendRequest(request: () => Promise<void>): Promise<boolean> {
    this.failed.set(null);
    this.running.set(true);
    try {
      await request();
      return true;
    } catch (failure) {
      this.failed.set(readProblem(failure));
      return false;
    } finally {
      this.running.set(false);
    }
  }

  forgetProblem(): void {
    this.failed.set(null);
  }
}
