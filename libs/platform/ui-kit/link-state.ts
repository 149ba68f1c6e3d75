import { clockText } from './time-text';

/** How the stream is: `off` before sign-in, `open` while events come, `lost` since the moment it broke. */
export type LinkState =
  { kind: 'off' } | { kind: 'connecting' } | { kind: 'open' } | { kind: 'lost'; sinceMs: number; heardMs: number };

export interface LinkText {
  mood: 'quiet' | 'live' | 'trying' | 'stale';
  text: string;
}

const STALE_AFTER_MS = 5_000;

/** What the indicator says. A short interruption is only "reconnecting"; then the page says since when it is old. */
export function linkText(link: LinkState, nowMs: number): LinkText {
  switch (link.kind) {
    case 'off':
      return { mood: 'quiet', text: 'not connected' };
    case 'connecting':
      return { mood: 'trying', text: 'connecting' };
    case 'open':
      return { mood: 'live', text: 'live' };
    case 'lost':
      if (nowMs - link.sinceMs < STALE_AFTER_MS) return { mood: 'trying', text: 'reconnecting' };
      return { mood: 'stale', text: `stale since ${clockText(link.heardMs)}` };
  }
}

/** Wait before the next attempt, in milliseconds: 1 s doubling to 15 s. */
export function reopenAfterMs(attempt: number): number {
  return Math.min(15_000, 1_000 * 2 ** Math.min(attempt, 10));
}
