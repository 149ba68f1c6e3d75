import type { Freshness, HealthView } from '@icmp-mon/operations/contract';
import type { Thresholds } from '@icmp-mon/platform/health';
import type { JudgedAges } from '@icmp-mon/status/contract';
import type { HealthLook } from '../health/health-reader';

/** From this long without a response of the databases, they are reported as the cause, ms. */
const UNANSWERED_MS = 4_000;
/** Hysteresis: once late, statuses stay late until their age is below this share of the threshold. */
const AGAIN_SHARE = 0.7;
const REDIS_AWAY = 'Not responding: Redis';

export interface FreshnessFacts {
  ages: JudgedAges;
  /** The latest health reading; null before the first one. */
  look: HealthLook | null;
  /** How long ago that reading began, ms. */
  lookedMsAgo: number;
  wasLate: boolean;
  /** Wall clock of this process, ms since 1970; used until the clock of the databases is known. */
  nowMs: number;
  thresholds: Thresholds;
}

/** Returns the `freshness` event, computed from the ages of the shards and the latest health reading. */
export function freshnessOf({ ages, look, lookedMsAgo, wasLate, thresholds, nowMs }: FreshnessFacts): Freshness {
  const feedMs = feedAgeMs(look, lookedMsAgo);
  const statusesAgeMs = ages.statusesMs === null ? null : Math.max(ages.statusesMs, feedMs);
  const share = wasLate ? AGAIN_SHARE : 1;
  const isLate =
    (statusesAgeMs ?? 0) >= thresholds.statusAgeS.attention * 1_000 * share ||
    (ages.resultsMs ?? 0) >= thresholds.freshnessS.attention * 1_000 * share;
  return {
    at: new Date(ages.nowMs ?? nowMs).toISOString(),
    statusesAgeMs,
    resultsAgeMs: ages.resultsMs,
    late: isLate ? causeOf(ages, look) : null,
    notice: look === null ? null : noticeOf(look.view),
    health: {
      state: look?.view.state ?? 'unknown',
      headline: look?.view.headline ?? 'Health has not been read yet',
    },
  };
}

/** Returns the age of the oldest status change that is not in the target list yet, ms; 0 when none waits. */
function feedAgeMs(look: HealthLook | null, lookedMsAgo: number): number {
  const rows = look?.parts.find(({ part }) => part.id === 'statuses')?.rows ?? [];
  const ages = rows
    .filter(({ values }) => values['step'] === 'published' || values['step'] === 'listed')
    .map(({ values }) => Number(values['ageS'] ?? 0) * 1_000);
  const oldest = Math.max(0, ...ages);
  return oldest === 0 ? 0 : oldest + lookedMsAgo;
}

function causeOf(ages: JudgedAges, look: HealthLook | null): string {
  if (ages.unreadMs >= UNANSWERED_MS) return 'the databases do not respond';
  const part = look?.view.parts.find(({ id }) => id === 'statuses');
  if (part === undefined || part.state === 'ok') {
    // The health names an unavailable service before the statuses count as late.
    const services = look?.view.parts.find(({ id }) => id === 'services');
    return services?.state === 'bad' ? services.summary.replace('Not', 'not') : 'the cause is not known yet';
  }
  // Without the age at the start of the summary: the page shows a running age itself.
  return part.state === 'unknown' ? part.summary : part.summary.replace(/^[^:]*: /, '');
}

/** Returns a problem other than late statuses that every page shows, null when there is none. */
function noticeOf({ parts }: HealthView): string | null {
  const of = (id: string) => parts.find((part) => part.id === id);
  const services = of('services');
  if (services?.summary === REDIS_AWAY) return `${REDIS_AWAY}. Live graphs update every 5 s instead of immediately`;
  if (services?.state === 'bad') return services.summary;
  const silent = [of('processes'), of('agents')].find((part) => part?.state === 'bad');
  return silent?.summary ?? null;
}
