import { DEFAULT_THRESHOLDS, WaitingSince } from '@icmp-mon/platform/health';
import { describe, expect, it } from 'vitest';
import type { ProjectionLag } from '@icmp-mon/platform/event-store';
import { CONSUMERS_PART } from './consumers';
import type { Look } from './health-reading';

const TOPIC = 'public.targets.v1';
const NOW_MS = Date.parse('2026-11-23T08:00:00Z');
const NIGHT_S = 9 * 3_600;

interface Group {
  nextOffset: number;
  /** For how long its position has not changed, in s. */
  stillS: number;
  /** Age of the first message that it has not processed, in s. */
  waitsS?: number;
}

/** A topic with one partition that contains offsets 10 to 19, and a group that consumes it. */
function lookAt(
  { nextOffset, stillS, waitsS }: Group,
  projections: ProjectionLag[] = [],
): { look: Look; reads: number[] } {
  const reads: number[] = [];
  const offset = { group_id: 'target-list', topic: TOPIC, partition: 0, next_offset: nextOffset, still_s: stillS };
  const waiting = new WaitingSince({
    readMessages(_topic, _partition, from) {
      reads.push(from);
      const timestampMs = NOW_MS - (waitsS ?? 0) * 1_000;
      const message = { topic: TOPIC, partition: 0, offset: from, key: null, value: null, headers: {}, timestampMs };
      return Promise.resolve(waitsS === undefined ? [] : [message]);
    },
  });
  const look = {
    control: { query: (text: string) => Promise.resolve(text.includes('event_cursor') ? projections : [offset]) },
    telemetry: { query: () => Promise.resolve([]) },
    messaging: { topic: (logical: string) => logical },
    kafka: { topicBounds: () => Promise.resolve(new Map([[TOPIC, new Map([[0, { low: 10, high: 20 }]])]])) },
    thresholds: DEFAULT_THRESHOLDS,
    waiting,
    nowMs: NOW_MS,
  } as unknown as Look;
  return { look, reads };
}

const read = (group: Group) => CONSUMERS_PART.readPart(lookAt(group).look);

describe('the health of consumers', () => {
  it('is ok after a quiet night, even when the first message has just arrived', async () => {
    expect(await read({ nextOffset: 20, stillS: NIGHT_S })).toMatchObject({ state: 'ok' });
    const { rows, state } = await read({ nextOffset: 19, stillS: NIGHT_S, waitsS: 0.4 });
    expect(state).toBe('ok');
    expect(rows).toMatchObject([{ values: { group: 'target-list', topic: TOPIC, lag: 1, stillS: 0.4 } }]);
  });

  it('is vital, and bad when messages wait for minutes', async () => {
    expect(CONSUMERS_PART.isVital).toBe(true);
    expect(await read({ nextOffset: 12, stillS: NIGHT_S, waitsS: 90 })).toMatchObject({ state: 'attention' });
    expect(await read({ nextOffset: 12, stillS: NIGHT_S, waitsS: 301 })).toMatchObject({
      state: 'bad',
      summary: 'Group target-list has a lag of 8 messages and has not advanced for 5 min',
    });
  });

  it('is ok for a group that advances, regardless of the age of its messages', async () => {
    const { look, reads } = lookAt({ nextOffset: 12, stillS: 2, waitsS: NIGHT_S });
    expect(await CONSUMERS_PART.readPart(look)).toMatchObject({ state: 'ok' });
    expect(reads).toEqual([]);
  });

  it('reads the waiting message once, from the start of the log', async () => {
    const { look, reads } = lookAt({ nextOffset: 4, stillS: NIGHT_S, waitsS: NIGHT_S });
    await CONSUMERS_PART.readPart(look);
    expect(await CONSUMERS_PART.readPart(look)).toMatchObject({ state: 'bad', rows: [{ values: { lag: 10 } }] });
    expect(reads).toEqual([10]);
  });

  it('does not count messages that compaction removed', async () => {
    expect(await read({ nextOffset: 12, stillS: NIGHT_S })).toMatchObject({ state: 'ok' });
  });

  it('is bad when a group is past the end of its log', async () => {
    expect(await read({ nextOffset: 25, stillS: 301 })).toMatchObject({
      state: 'bad',
      summary: `Group target-list is past the end of ${TOPIC}: the topic was recreated`,
    });
  });

  it('includes the read models that follow the event store', async () => {
    const readWith = (of: ProjectionLag) => CONSUMERS_PART.readPart(lookAt({ nextOffset: 20, stillS: 0 }, [of]).look);
    expect(await readWith({ name: 'target-versions', behind: 4_000, stillS: 3 })).toMatchObject({
      state: 'ok',
      rows: [{}, { values: { group: 'target-versions', topic: 'event store', lag: 4_000, stillS: 3 } }],
    });
    expect(await readWith({ name: 'target-versions', behind: 7, stillS: 61 })).toMatchObject({
      state: 'attention',
      summary: 'Group target-versions has a lag of 7 messages and has not advanced for 61 s',
      advice: expect.stringContaining('log of the worker'),
    });
  });
});
