import type { Counter } from 'prom-client';
import { connectionsRefused, requestsRefused, uploadsDeferred } from './results/results-metrics';

/** Readings that a notice covers: a process reports every 10 s, so this is 5 minutes. */
const READINGS = 30;

const LIMITS: readonly { counter: Counter; what: string }[] = [
  { counter: uploadsDeferred, what: 'uploads deferred' },
  { counter: requestsRefused, what: 'requests refused' },
  { counter: connectionsRefused, what: 'connections refused' },
];

/** Number of uploads, requests and connections that the gateway's limits deferred or refused within 5 minutes, for Health. The metrics count since the process started. */
export class LimitNotice {
  /** Counter values by limit, oldest reading first. */
  private readonly readings: Map<string, number>[] = [];

  /** Takes a reading; call it once per report. Null if no limit acted within the covered readings. */
  async takeNotice(): Promise<string | null> {
    const now = await countsByLimit();
    const [oldest = new Map<string, number>()] = this.readings;
    this.readings.push(now);
    if (this.readings.length > READINGS) this.readings.shift();
    const acted = [...now]
      .map(([what, count]) => ({ what, count: count - (oldest.get(what) ?? 0) }))
      .filter(({ count }) => count > 0);
    if (acted.length === 0) return null;
    return `in 5 min: ${acted.map(({ what, count }) => `${count.toLocaleString('en')} ${what}`).join(', ')}`;
  }
}

async function countsByLimit(): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const { counter, what } of LIMITS) {
    for (const { labels, value } of (await counter.get()).values) {
      counts.set(`${what} (${Object.values(labels).join(' ')})`, value);
    }
  }
  return counts;
}
