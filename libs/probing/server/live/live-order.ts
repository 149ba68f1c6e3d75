import { LiveEvents } from './live-events';
import type { LiveId } from './live-id';
import type { LiveNews } from './live-news';
import { type RecentBatch, SAMPLES_MAX, type StoredResults } from './recent-results';

/**
 * Relates news to clients that know all results up to `knownUpTo` (null while that is unknown): `known` already, directly `next`, or after a
 * `gap` that has to be read.
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
 * Returns the results after an id, from a batch that was read from the id's position on; the id may lie within a commit. Null if some are no
 * longer stored: if the id's own position is still there, nothing after it has been dropped.
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

/** Splits results into ordered parts of a limited size, as clients receive them. */
export function partsOf(stored: readonly StoredResults[]): LiveEvents[] {
  const events = stored.flatMap((commit) => commit.events);
  const parts: LiveEvents[] = [];
  for (let at = 0; at < events.length; at += SAMPLES_MAX) {
    parts.push(new LiveEvents(events.slice(at, at + SAMPLES_MAX)));
  }
  return parts;
}
