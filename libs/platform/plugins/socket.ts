/**
 * Collects one kind of contribution to an app. The module of a context takes the socket in its constructor and plugs in what it has;
 * the app's part that runs the contributions reads them when it starts.
 */
export abstract class Socket<T> {
  private readonly items = new Map<string, T>();

  /** @throws Error when another contribution has the same key */
  plug(...items: T[]): void {
    for (const item of items) {
      const key = this.keyOf(item);
      if (this.items.has(key)) throw new Error(`${this.constructor.name}: "${key}" is plugged in twice.`);
      this.items.set(key, item);
    }
  }

  /** Sorted by key: Nest makes the modules in no order that could be relied on. */
  get plugged(): T[] {
    const entries = [...this.items].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([, item]) => item);
  }

  /** Unique within the app. */
  protected abstract keyOf(item: T): string;
}
