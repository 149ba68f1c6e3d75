/**
 * Collects contributions of one type to an app. The module of a context injects the socket into its constructor and plugs its contributions
 * in; the part of the app that runs them reads them at start.
 */
export abstract class Socket<T> {
  private readonly items = new Map<string, T>();

  /** Adds contributions. @throws Error when another contribution has the same key */
  plug(...items: T[]): void {
    for (const item of items) {
      const key = this.keyOf(item);
      if (this.items.has(key)) throw new Error(`${this.constructor.name}: "${key}" is plugged in twice.`);
      this.items.set(key, item);
    }
  }

  /** All contributions, sorted by key, because the order in which Nest creates modules is not defined. */
  get plugged(): T[] {
    const entries = [...this.items].sort(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([, item]) => item);
  }

  /** Returns the key of a contribution, unique within the app. */
  protected abstract keyOf(item: T): string;
}
