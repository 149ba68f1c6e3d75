import { pause } from '@icmp-mon/platform/concurrency';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';

const ATTEMPTS_MAX = 20;
const PAUSE_MS = 2_000;

/** Retries while a dependency is unavailable: a broker that has just started may answer before its topics are loaded. */
export async function patiently<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof DependencyUnavailable) || attempt >= ATTEMPTS_MAX) throw error;
      await pause(PAUSE_MS);
    }
  }
}
