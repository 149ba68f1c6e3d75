import { describe, expect, it } from 'vitest';
import { type LiveNews, type LiveRow, readLiveMessage } from './live/live-news';
import { LivePublisher } from './live-publisher';

const row = (check: number, startMs: number, bytes = 4): LiveRow => ({
  check,
  startMs,
  body: new Uint8Array(bytes).fill(7),
});

describe('the message of a commit to live views', () => {
  const setUp = (...keys: number[]) => {
    const watched = new Set(keys);
    const messages: string[] = [];
    const publisher = new LivePublisher(3, {
      watchedKeys: () => watched,
      publishMessage: (message) => messages.push(message),
    });
    /** Stores a row of each target, and returns the published messages. */
    const commit = (position: number, keysStored: number[], rows = [row(1, 0)], isBehind = false): LiveNews[] => {
      messages.length = 0;
      publisher.prepareMessages(position, new Map(keysStored.map((key) => [key, [...rows]])), isBehind)();
      return messages.flatMap(readLiveMessage);
    };
    return { publisher, watched, messages, commit };
  };

  it('contains the rows in order, and the position since which they are complete', () => {
    const { commit } = setUp(7, 8);
    expect(commit(10, [7])).toEqual([{ targetKey: 7, shard: 3, position: 10, after: null, rows: [] }]);
    const rows = [row(2, 0), row(1, 600_000), row(1, 300_000)];
    const [news] = commit(12, [7], rows);
    expect(news).toMatchObject({ targetKey: 7, shard: 3, position: 12, after: 10 });
    expect(news.rows.map(({ check, startMs }) => [check, startMs])).toEqual([
      [1, 300_000],
      [1, 600_000],
      [2, 0],
    ]);
    expect([...news.rows[0].body]).toEqual([7, 7, 7, 7]);
    expect(commit(13, [7, 8]).map(({ targetKey, after }) => [targetKey, after])).toEqual([
      [7, 12],
      [8, null],
    ]);
  });

  it('is published only after the commit, and not without rows', () => {
    const { publisher, messages } = setUp(7);
    publisher.prepareMessages(1, new Map([[7, [row(1, 0)]]]));
    publisher.prepareMessages(2, new Map())();
    expect(messages).toEqual([]);
  });

  it('does not continue from before a time without viewers', () => {
    const { commit, watched } = setUp(7);
    commit(1, [7]);
    watched.delete(7);
    commit(2, []);
    watched.add(7);
    expect(commit(3, [7])[0].after).toBeNull();
    expect(commit(4, [7])[0].after).toBe(3);
  });

  it('is only a wake-up when the rows are too long for a message, and the next one continues from there', () => {
    const { commit } = setUp(7);
    commit(1, [7]);
    expect(commit(2, [7], [row(1, 0, 1_000), row(2, 0, 1_001)])[0]).toMatchObject({ after: null, rows: [] });
    expect(commit(3, [7], [row(1, 0, 2_000)])[0]).toMatchObject({ after: 2, rows: [expect.anything()] });
  });

  it('makes no claim about positions below those of a former owner', () => {
    const { commit } = setUp(7);
    expect(commit(1, [7], [row(1, 0)], true)[0].after).toBeNull();
    expect(commit(2, [7], [row(1, 0)], true)[0].after).toBeNull();
    expect(commit(9, [7])[0].after).toBeNull();
    expect(commit(10, [7])[0].after).toBe(9);
  });

  it('is split into several messages when it is long', () => {
    const keys = Array.from({ length: 100 }, (_, at) => at + 1);
    const { commit, messages } = setUp(...keys);
    commit(1, keys);
    expect(messages).toHaveLength(1);
    expect(commit(2, keys, [row(1, 0, 2_000)]).map(({ targetKey }) => targetKey)).toEqual(keys);
    expect(messages.length).toBeGreaterThan(3);
    expect(Math.max(...messages.map(({ length }) => length))).toBeLessThan(70_000);
  });
});
