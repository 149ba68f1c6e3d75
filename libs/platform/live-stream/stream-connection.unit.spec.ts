// The entry of the UI kit also exports components, which need the compiler outside a build.
import '@angular/compiler';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { reopenAfterMs, StreamConnection, type StreamSignal } from './stream-connection';

/** An EventSource that the test controls. */
class FakeSource extends EventTarget {
  static readonly OPEN = 1;
  static readonly CLOSED = 2;
  static all: FakeSource[] = [];
  readyState = 0;

  constructor(readonly url: string) {
    super();
    FakeSource.all.push(this);
  }

  static get last(): FakeSource {
    const last = FakeSource.all.at(-1);
    if (last === undefined) throw new Error('no connection was opened');
    return last;
  }

  answer(): void {
    this.readyState = FakeSource.OPEN;
    this.dispatchEvent(new Event('open'));
  }

  event(name: string, data: unknown, lastEventId = ''): void {
    this.dispatchEvent(new MessageEvent(name, { data: JSON.stringify(data), lastEventId }));
  }

  fail(state: number): void {
    this.readyState = state;
    this.dispatchEvent(new Event('error'));
  }

  close(): void {
    this.readyState = FakeSource.CLOSED;
  }
}

const watched = (targets: string[], commands: string[] = []) => ({ targets, commands });
const signals: StreamSignal[] = [];
const kinds = (): string[] => signals.map(({ kind }) => kind);
const open = (): FakeSource[] => FakeSource.all.filter(({ readyState }) => readyState !== FakeSource.CLOSED);
const renew = vi.fn(() => Promise.resolve());
const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
let connection: StreamConnection;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance'] });
  vi.stubGlobal('EventSource', FakeSource);
  FakeSource.all = [];
  signals.length = 0;
  connection = new StreamConnection((signal) => signals.push(signal), renew);
});
afterEach(() => {
  connection.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

describe('the connection to the stream', () => {
  it('passes on events with the id from which to resume', () => {
    connection.openStream(watched([]));
    FakeSource.last.answer();
    FakeSource.last.event('target', { id: 'a' }, '7');
    FakeSource.last.event('counts', { up: 1 });
    expect(signals).toEqual([
      { kind: 'open', missed: false },
      { kind: 'event', event: 'target', data: '{"id":"a"}', id: '7' },
      { kind: 'event', event: 'counts', data: '{"up":1}', id: '7' },
    ]);
  });

  it('opens the new connection before it closes the old one when the watched targets change', () => {
    connection.openStream(watched(['a']));
    const first = FakeSource.last;
    first.answer();
    first.event('target', {}, '7');
    connection.changeWatched(watched(['a', 'b']));
    expect(open()).toHaveLength(2);
    first.event('result', { of: 'a' });
    FakeSource.last.answer();
    expect(open()).toEqual([FakeSource.last]);
    expect(decodeURIComponent(FakeSource.last.url)).toBe('/api/v1/status/stream?live=a,b&lastEventId=7');
    expect(signals.filter((signal) => signal.kind === 'open' && signal.missed)).toEqual([]);
    connection.changeWatched(watched(['a', 'b']));
    expect(open()).toHaveLength(1);
    connection.changeWatched(watched(['a'], ['c', 'd']));
    expect(decodeURIComponent(FakeSource.last.url)).toContain('?live=a&commands=c,d&');
  });

  it('is lost when no event arrives though it seems open, and resumes', async () => {
    connection.openStream(watched([]));
    FakeSource.last.answer();
    FakeSource.last.event('target', {}, '7');
    await pass(5_000);
    expect(kinds()).toEqual(['open', 'event']);
    await pass(3_000);
    expect(kinds()).toEqual(['open', 'event', 'lost']);
    await pass(2_000);
    expect(open()).toHaveLength(1);
    expect(FakeSource.last.url).toBe('/api/v1/status/stream?lastEventId=7');
    FakeSource.last.answer();
    expect(signals.at(-1)).toEqual({ kind: 'open', missed: true });
  });

  it('renews the session before it reopens a refused stream', async () => {
    connection.openStream(watched([]));
    renew.mockClear();
    FakeSource.last.fail(FakeSource.CLOSED);
    await pass(1_100);
    expect(renew).toHaveBeenCalledTimes(1);
    expect(open()).toHaveLength(1);
    expect(kinds()).toEqual(['lost']);
  });

  it('retries without a response, and stops when it is closed', async () => {
    connection.openStream(watched([]));
    await pass(15_000);
    expect(FakeSource.all.length).toBeGreaterThan(1);
    connection.close();
    const before = FakeSource.all.length;
    await pass(60_000);
    expect(FakeSource.all).toHaveLength(before);
    expect(open()).toEqual([]);
  });
});

describe('reopenAfterMs', () => {
  it('doubles from 1 s up to a limit', () => {
    expect([0, 1, 2, 3, 4, 1_000].map(reopenAfterMs)).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
  });
});
