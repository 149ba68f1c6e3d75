import type { Freshness, HealthView } from '@icmp-mon/operations/contract';
import type { Thresholds } from '@icmp-mon/platform/health';
import type { JudgedAges } from '@icmp-mon/status/contract';
import type { HealthLook } from '../health/health-reader';

/** Without an answer of the database for this long, that is the cause. */
const UNANSWERED_MS = 4_000;
/** Statuses count as late until they are this much newer than what makes them late. */
const AGAIN_SHARE = 0.7;
const REDIS_AWAY = 'Not answering: Redis';

export interface FreshnessFacts {
  ages: JudgedAges;
  /** The latest look at the health; null while there was none. */
  look: HealthLook | null;
  /** How long ago that look began. */
  lookedMsAgo: number;
  wasLate: boolean;
  /** Wall clock of this process, used until the databases' clock is known. */
  nowMs: number;
  thresholds: Thresholds;
}

/** What pages are told, from what is known of the shards and of the health. */
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
      headline: look?.view.headline ?? 'The health was not read yet',
    },
  };
}

/** Age of the oldest change that is on its way to the list for longer than it should. */
function feedAgeMs(look: HealthLook | null, lookedMsAgo: number): number {
  const rows = look?.parts.find(({ part }) => part.id === 'statuses')?.rows ?? [];
  const ages = rows
    .filter(({ values }) => values['step'] === 'published' || values['step'] === 'listed')
    .map(({ values }) => Number(values['ageS'] ?? 0) * 1_000);
  const oldest = Math.max(0, ...ages);
  return oldest === 0 ? 0 : oldest + lookedMsAgo;
}

function causeOf(ages: JudgedAges, look: HealthLook | null): string {
  if (ages.unreadMs >= UNANSWERED_MS) return 'the databases do not answer';
  const part = look?.view.parts.find(({ id }) => id === 'statuses');
  if (part === undefined || part.state === 'ok') {
    // Which service is away is known before the statuses count as old.
    const services = look?.view.parts.find(({ id }) => id === 'services');
    return services?.state === 'bad' ? services.summary.replace('Not', 'not') : 'the cause is being looked for';
  }
  // Its summary says how old they are as well; the page counts that on.
  return part.state === 'unknown' ? part.summary : part.summary.replace(/^[^:]*: /, '');
}

/** What is wrong beside old statuses that everybody should know who reads a page. */
function noticeOf({ parts }: HealthView): string | null {
  const of = (id: string) => parts.find((part) => part.id === id);
  const services = of('services');
  if (services?.summary === REDIS_AWAY) return `${REDIS_AWAY}. Live graphs follow every 5 s instead of at once`;
  if (services?.state === 'bad') return services.summary;
  const silent = [of('processes'), of('agents')].find((part) => part?.state === 'bad');
  return silent?.summary ?? null;
}
