import type { Freshness } from '@icmp-mon/operations/contract';
import { elapsedMs, type Moment } from '@icmp-mon/platform/ui-kit';
import type { LinkState } from './stream-connection';
import { clockText, durationText } from '@icmp-mon/platform/ui-kit';

/** A server that is well says something every 2 s; without a word for this long, what is shown is old. */
export const SILENT_MS = 6_000;
/** A short interruption is only "reconnecting". */
const RECONNECTING_MS = 5_000;

/** What was heard last of how fresh the server's data are. */
export interface HeardFreshness {
  value: Freshness;
  at: Moment;
}

export interface PageTruth {
  /** `late`: the server says that its data are old. `cut`: the server says nothing. */
  mood: 'quiet' | 'trying' | 'live' | 'late' | 'cut';
  /** Beside the dot. */
  text: string;
  /** What every page says on top; null while there is nothing to say. */
  band: {
    kind: 'late' | 'cut' | 'notice';
    text: string;
    /** Without ages, to be read aloud once. */ spoken: string;
  } | null;
  /** Age of the oldest of what pages show; null while nothing is known. */
  dataAgeMs: number | null;
}

/** How old what a page shows is, and why, counted on by the page's own clocks since the server was heard last. */
export function truthOf(
  link: LinkState,
  freshness: HeardFreshness | null,
  heard: Moment | null,
  now: Moment,
): PageTruth {
  const silentMs = heard === null ? 0 : elapsedMs(heard, now);
  const dataAgeMs = dataAge(freshness, now);
  if (link.kind === 'off') return { mood: 'quiet', text: 'not connected', band: null, dataAgeMs };
  const lostMs = link.kind === 'lost' ? elapsedMs(link.since, now) : 0;
  if (silentMs >= SILENT_MS || lostMs >= RECONNECTING_MS) return cutOff(Math.max(silentMs, lostMs), dataAgeMs, now);
  if (link.kind === 'lost') return { mood: 'trying', text: 'reconnecting', band: null, dataAgeMs };
  if (link.kind === 'connecting' || freshness === null) {
    return { mood: 'trying', text: 'connecting', band: null, dataAgeMs };
  }
  const { late, notice } = freshness.value;
  if (late !== null) return lateBy(freshness, late, dataAgeMs, now);
  const band = notice === null ? null : { kind: 'notice' as const, text: notice, spoken: notice };
  return { mood: 'live', text: 'live', band, dataAgeMs };
}

function dataAge(freshness: HeardFreshness | null, now: Moment): number | null {
  if (freshness === null) return null;
  const { statusesAgeMs, resultsAgeMs } = freshness.value;
  if (statusesAgeMs === null || resultsAgeMs === null) return null;
  return Math.max(statusesAgeMs, resultsAgeMs) + elapsedMs(freshness.at, now);
}

function cutOff(forMs: number, dataAgeMs: number | null, now: Moment): PageTruth {
  const since = `since ${clockText(now.wallMs - forMs)}`;
  const old = dataAgeMs === null ? 'What is shown is old' : `What is shown is ${durationText(dataAgeMs)} old`;
  const text = `${old}: the server has not answered ${since}`;
  return {
    mood: 'cut',
    text: `old ${since}`,
    band: { kind: 'cut', text, spoken: `What is shown is old: the server has not answered ${since}` },
    dataAgeMs,
  };
}

function lateBy({ value, at }: HeardFreshness, cause: string, dataAgeMs: number | null, now: Moment): PageTruth {
  const { statusesAgeMs, resultsAgeMs } = value;
  if (statusesAgeMs === null) {
    const text = `No status is judged yet: ${cause}`;
    return { mood: 'late', text: 'not judged', band: { kind: 'late', text, spoken: text }, dataAgeMs };
  }
  // Results that wait long make no status old.
  const what = (resultsAgeMs ?? 0) > statusesAgeMs * 2 ? 'Results' : 'Statuses';
  const ageMs = (what === 'Results' ? (resultsAgeMs ?? 0) : statusesAgeMs) + elapsedMs(at, now);
  const age = durationText(Math.floor(ageMs / 1_000) * 1_000);
  return {
    mood: 'late',
    text: `${age} old`,
    band: { kind: 'late', text: `${what} are ${age} old: ${cause}`, spoken: `${what} are old: ${cause}` },
    dataAgeMs,
  };
}
