import { LiveEvents } from './live-events';
import type { LiveId } from './live-id';
import type { LiveNews } from './live-news';
import { type RecentBatch, SAMPLES_MAX, type StoredResults } from './recent-results';

/**
 * What news is to clients that know everything up to `position` (null while that is not known): `known` already, what comes `next`, or
 * behind a `gap` that has to be read.
 */
export function placeOf(
  { position, after }: Pick<LiveNews, 'position' | 'after'>,
  knownUpTo: number | null,
): 'known' | 'next' | 'gap' {
  if (knownUpTo === null) return 'gap';
  if (position <= knownUpTo) return 'known';
  return after !== null && after <= knownUpTo ? 'next' : 'gap';
}

/**
 * What follows an id in what was read from its position on, from the middle of its commit; null when it is not all there any more: the
 * position that the id names is the proof that nothing after it was dropped yet.
 */
export function restAfter(
  { position, index }: Omit<LiveId, 'shard'>,
  { stored, more }: RecentBatch,
): RecentBatch | null {
  if (position < 0) return { stored, more };
  const [named, ...later] = stored;
  if (named?.position !== position) return null;
  return { stored: [{ ...named, events: named.events.slice(index + 1) }, ...later], more };
}

/** Results as clients get them: in order, a bounded number at once. */
export function partsOf(stored: readonly StoredResults[]): LiveEvents[] {
  const events = stored.flatMap((commit) => commit.events);
  const parts: LiveEvents[] = [];
  for (let at = 0; at < events.length; at += SAMPLES_MAX) {
    parts.push(new LiveEvents(events.slice(at, at + SAMPLES_MAX)));
  }
  return parts;
}
