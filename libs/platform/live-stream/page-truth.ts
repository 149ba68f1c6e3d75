import type { Freshness } from '@icmp-mon/operations/contract';
import { elapsedMs, type Moment } from '@icmp-mon/platform/ui-kit';
import type { LinkState } from './stream-connection';
import { clockText, durationText } from '@icmp-mon/platform/ui-kit';

/** From this long without an event (a healthy server sends one every 2 s), the page counts as disconnected, ms. */
export const SILENT_MS = 6_000;
/** A shorter interruption is shown only as "reconnecting", ms. */
const RECONNECTING_MS = 5_000;

/** The latest `freshness` event, and when it was received. */
export interface HeardFreshness {
  value: Freshness;
  at: Moment;
}

export interface PageTruth {
  /** `late`: the server reports that its data is outdated. `disconnected`: the server does not respond. */
  mood: 'quiet' | 'trying' | 'live' | 'late' | 'disconnected';
  /** Text next to the indicator dot. */
  text: string;
  /** Band at the top of every page; null without a problem. */
  band: {
    kind: 'late' | 'disconnected' | 'notice';
    text: string;
    /** Text for screen readers, without ages, so that it is read once. */ spoken: string;
  } | null;
  /** Age of the oldest data that pages show, ms; null while unknown. */
  dataAgeMs: number | null;
}

/** Returns the age of the shown data and its cause. Since the last event, the age advances by the page's own clocks. */
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
  if (silentMs >= SILENT_MS || lostMs >= RECONNECTING_MS)
    return disconnectedTruth(Math.max(silentMs, lostMs), dataAgeMs, now);
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

function disconnectedTruth(forMs: number, dataAgeMs: number | null, now: Moment): PageTruth {
  const since = `since ${clockText(now.wallMs - forMs)}`;
  const age = dataAgeMs === null ? 'Data is outdated' : `Data is ${durationText(dataAgeMs)} old`;
  const text = `${age}: no response from the server ${since}`;
  return {
    mood: 'disconnected',
    text: dataAgeMs === null ? 'outdated' : ageText(dataAgeMs),
    band: { kind: 'disconnected', text, spoken: `Data is outdated: no response from the server ${since}` },
    dataAgeMs,
  };
}

function lateBy({ value, at }: HeardFreshness, cause: string, dataAgeMs: number | null, now: Moment): PageTruth {
  const { statusesAgeMs, resultsAgeMs } = value;
  if (statusesAgeMs === null) {
    const text = `No target has been judged yet: ${cause}`;
    return { mood: 'late', text: 'not judged', band: { kind: 'late', text, spoken: text }, dataAgeMs };
  }
  // Results may be delayed while statuses are fresh.
  const what = (resultsAgeMs ?? 0) > statusesAgeMs * 2 ? 'Results' : 'Statuses';
  const ageMs = (what === 'Results' ? (resultsAgeMs ?? 0) : statusesAgeMs) + elapsedMs(at, now);
  const age = ageText(ageMs);
  return {
    mood: 'late',
    text: age,
    band: { kind: 'late', text: `${what} are ${age}: ${cause}`, spoken: `${what} are outdated: ${cause}` },
    dataAgeMs,
  };
}

/** Formats an age in whole seconds, so that it changes once per second: `41 s old`. */
function ageText(ms: number): string {
  return `${durationText(Math.floor(ms / 1_000) * 1_000)} old`;
}
