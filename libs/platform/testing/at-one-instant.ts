/**
 * Runs `work` while `performance.now` of this process stands still: rate limits count by it, so they return no token, however long the work
 * takes on a busy machine. Deadlines of `eventually` do not pass meanwhile; that of the test does.
 */
export async function atOneInstant<T>(work: () => Promise<T>): Promise<T> {
  const atMs = performance.now();
  Object.defineProperty(performance, 'now', { value: () => atMs, configurable: true });
  try {
    return await work();
  } finally {
    Reflect.deleteProperty(performance, 'now');
  }
}
