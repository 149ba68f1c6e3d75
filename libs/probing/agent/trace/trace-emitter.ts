const EMIT_EVERY_MS = 200;

/** Calls a function after changes: immediately, then at most every 200 ms. */
export class TraceEmitter {
  private timer: NodeJS.Timeout | undefined;
  private changed = false;

  constructor(private readonly emit: () => void) {}

  noteChange(): void {
    this.changed = true;
    if (this.timer === undefined) this.emitChange();
  }

  close(): void {
    clearTimeout(this.timer);
  }

  private emitChange(): void {
    this.timer = undefined;
    if (!this.changed) return;
    this.changed = false;
    this.emit();
    this.timer = setTimeout(() => this.emitChange(), EMIT_EVERY_MS);
  }
}
