import { pause } from '@icmp-mon/platform/concurrency';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';

const ATTEMPTS_MAX = 20;
const PAUSE_MS = 2_000;

/** Asks again while something is away: a broker that has just begun answers before it has made its topics. */
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
