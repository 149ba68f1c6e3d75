/**
 * Runs `work` while `performance.now` of this process does not advance: rate limits count by it, so they return no token, even if a busy
 * machine takes long. Deadlines of `eventually` do not pass during the work; that of the test does.
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
