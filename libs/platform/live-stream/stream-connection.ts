import { elapsedMs, type Moment, momentNow } from '@icmp-mon/platform/ui-kit';
import { SILENT_MS } from './page-truth';

const STREAM_URL = '/api/v1/status/stream';
const CHECK_MS = 1_000;
/** A connection attempt without a response for this long is retried, ms. */
const ANSWER_MS = 10_000;
/** The events of the stream; `counts` and `freshness` are sent periodically. */
const EVENTS = [
  'target',
  'removed',
  'result',
  'command-agent',
  'command-change',
  'maintenance',
  'reset',
  'counts',
  'freshness',
] as const;
export type StreamEventName = (typeof EVENTS)[number];

/** State of the stream: `off` before sign-in, `open` while events arrive, `lost` since the moment it was interrupted. */
export type LinkState = { kind: 'off' } | { kind: 'connecting' } | { kind: 'open' } | { kind: 'lost'; since: Moment };

/** A signal of the stream. `missed`: results may have been missed since the last event. */
export type StreamSignal =
  | { kind: 'event'; event: StreamEventName; data: string; id: string }
  | { kind: 'open'; missed: boolean }
  | { kind: 'lost' };

/** Ids of the targets whose results are streamed too, and of the commands that are followed. */
export interface Watched {
  targets: readonly string[];
  commands: readonly string[];
}

/** Returns the back-off before the next attempt, ms: 1 s, doubling up to 15 s. */
export function reopenAfterMs(attempt: number): number {
  return Math.min(15_000, 1_000 * 2 ** Math.min(attempt, 10));
}

/**
 * One connection to the event stream that is kept open.
 *
 * - Resume: a new connection continues after `lastEventId`.
 * - Silence: without an event for `SILENT_MS`, or without a response for `ANSWER_MS`, the connection is reopened with back-off.
 * - Overlap: when the watched targets or commands change, the new connection is open before the old one is closed, so that no event is missed.
 * - Session: before it is reopened after an error, the session is read, which renews an expired one.
 */
export class StreamConnection {
  private source: EventSource | null = null;
  private next: EventSource | null = null;
  private reopening: ReturnType<typeof setTimeout> | undefined;
  private checking: ReturnType<typeof setInterval> | undefined;
  private attempts = 0;
  private heard: Moment = momentNow();
  private isLost = false;
  private wasOpen = false;
  private watched: Watched = { targets: [], commands: [] };

  constructor(
    private readonly tell: (signal: StreamSignal) => void,
    /** Renews an expired session; rejects while the server does not respond. */
    private readonly renewSession: () => Promise<unknown>,
    /** Id of the last event, from which the stream resumes. */
    private lastEventId = '',
  ) {
    this.wasOpen = lastEventId !== '';
  }

  openStream(watched: Watched): void {
    this.watched = watched;
    this.heard = momentNow();
    this.checking ??= setInterval(() => this.checkSilence(), CHECK_MS);
    this.source = this.connectSource();
  }

  close(): void {
    clearInterval(this.checking);
    this.checking = undefined;
    this.disconnectSource();
  }

  /** Sets the targets whose results are streamed too, and the followed commands. */
  changeWatched(watched: Watched): void {
    if (isSame(watched, this.watched)) return;
    this.watched = watched;
    if (this.source === null) return;
    this.next?.close();
    this.next = this.connectSource();
  }

  private connectSource(): EventSource {
    const query = new URLSearchParams();
    const { targets, commands } = this.watched;
    if (targets.length > 0) query.set('live', targets.join());
    if (commands.length > 0) query.set('commands', commands.join());
    if (this.lastEventId !== '') query.set('lastEventId', this.lastEventId);
    const source = new EventSource(query.size === 0 ? STREAM_URL : `${STREAM_URL}?${query}`);
    source.addEventListener('open', () => this.onOpened(source));
    source.addEventListener('error', () => this.onFailed(source));
    for (const event of EVENTS) {
      source.addEventListener(event, (message: MessageEvent<string>) => this.takeEvent(event, message));
    }
    return source;
  }

  private takeEvent(event: StreamEventName, { data, lastEventId }: MessageEvent<string>): void {
    this.heard = momentNow();
    if (lastEventId !== '') this.lastEventId = lastEventId;
    this.tell({ kind: 'event', event, data, id: this.lastEventId });
  }

  private onOpened(source: EventSource): void {
    const isNext = source === this.next;
    if (isNext) {
      this.source?.close();
      this.source = source;
      this.next = null;
    }
    this.heard = momentNow();
    this.attempts = 0;
    this.tell({ kind: 'open', missed: this.wasOpen && (this.isLost || !isNext) });
    this.isLost = false;
    this.wasOpen = true;
  }

  private onFailed(source: EventSource): void {
    if (source === this.next) {
      this.next = null;
      source.close();
      // The new connection failed: reopen the stream with what is watched now.
      return this.reopenStream();
    }
    if (source !== this.source) return;
    this.markLost();
    if (source.readyState === EventSource.CLOSED) this.reopenStream();
  }

  private markLost(): void {
    if (!this.isLost) this.tell({ kind: 'lost' });
    this.isLost = true;
  }

  /** Reopens the stream after the browser gave up (an error response) or nothing arrived. The session is read first, which renews an expired one. */
  private reopenStream(): void {
    this.disconnectSource();
    this.reopening = setTimeout(() => void this.renewAndOpen(), reopenAfterMs(this.attempts++));
  }

  private async renewAndOpen(): Promise<void> {
    try {
      await this.renewSession();
    } catch (failure) {
      if (this.checking === undefined) return;
      // The page already shows the lost connection; the interceptor handles an expired session.
      console.warn('The live stream could not be opened; retrying.', failure);
      this.reopenStream();
      return;
    }
    this.reopening = undefined;
    if (this.checking === undefined) return;
    this.heard = momentNow();
    this.source = this.connectSource();
  }

  private disconnectSource(): void {
    clearTimeout(this.reopening);
    this.reopening = undefined;
    this.source?.close();
    this.next?.close();
    this.source = this.next = null;
  }

  private checkSilence(): void {
    const { source } = this;
    if (source === null) return;
    const silentMs = elapsedMs(this.heard);
    if (silentMs >= SILENT_MS) this.markLost();
    const isStuck = source.readyState === EventSource.OPEN ? silentMs >= SILENT_MS : silentMs >= ANSWER_MS;
    if (isStuck) this.reopenStream();
  }
}

const isSame = (a: Watched, b: Watched): boolean =>
  a.targets.join() === b.targets.join() && a.commands.join() === b.commands.join();
