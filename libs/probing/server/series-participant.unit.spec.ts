import { describe, expect, it } from 'vitest';
import { OUTCOME } from '@icmp-mon/probing/contract';
import { decodeSeriesBody, LANE, WINDOW_MS } from '@icmp-mon/probing/wire';
import { type RecordPlace, ShardDirectory, type ResultBatch } from '@icmp-mon/shard/engine';
import { AgentNumbers } from './agent-numbers';
import { type LiveNews, readLiveMessage } from './live/live-news';
import type { LiveBus } from './live-publisher';
import { SeriesParticipant } from './series-participant';
import type { SeriesTables } from './series-tables';

const AGENT = {
  agentId: '01900000-0000-7000-8000-000000000001',
  name: 'a',
  region: 'r',
  provider: 'p',
  state: 'active',
  index: 0,
} as const;

/** Stores only the names of the tables that are written. */
const tableNames: SeriesTables<string[]> = {
  openFlush() {
    const rows = { recent: 0, series: 0 };
    return {
      get count() {
        return rows.recent + rows.series;
      },
      addFragment: () => void rows.recent++,
      addFolded: () => void rows.series++,
      async flushRows(tables, _watermarkMs, lateHours) {
        if (rows.recent > 0) tables.push('probe_recent');
        if (rows.series > 0) tables.push('probe_series');
        if (lateHours.length > 0) tables.push('rollup_dirty');
      },
    };
  },
  closeFragments: async () => 0,
};

async function setUp(): Promise<{
  series: SeriesParticipant<string[]>;
  probe: (sampleMs: number, offset: number, key?: number) => void;
  tick: (atMs: number, offset: number) => void;
  flush: (force?: boolean) => Promise<string[]>;
  clock: { nowMs: number };
  watched: Set<number>;
  committedAhead: Map<number, number>;
  told: LiveNews[];
}> {
  const clock = { nowMs: 1e9 };
  const watched = new Set<number>();
  const committedAhead = new Map<number, number>();
  const numbers = new AgentNumbers({ numbersOf: async () => new Map([[AGENT.agentId, 1]]) });
  await numbers.assignNumbers([AGENT]);
  const directory = new ShardDirectory({ assigned: () => undefined, unassigned: () => undefined });
  directory.applyAgent({ kind: 'agent', ...AGENT });
  const told: LiveNews[] = [];
  const live: LiveBus = {
    watchedKeys: () => watched,
    publishMessage: (message) => told.push(...readLiveMessage(message)),
  };
  const series = new SeriesParticipant(0, () => directory, {
    ...{ tables: tableNames, agentNumbers: numbers, liveBus: live, nowMs: () => clock.nowMs },
  });
  const target = {
    key: 7,
    targetId: '',
    ip: '',
    vrf: '',
    tier: 't',
    policy: undefined,
    selected: [AGENT.agentId],
    pairs: [],
  };
  const placeOf = (offset: number): RecordPlace => ({
    ...{ shard: 0, offset, alreadyCommitted: false, committedAhead: committedAhead.size > 0 ? committedAhead : null },
  });
  const probe = (sampleMs: number, offset: number, key = 7): void => {
    const batch: ResultBatch = {
      ...{ count: 1, agent: AGENT, lane: LANE.live, late: 0, details: new Map() },
      receivedAtMs: sampleMs,
      target: [{ ...target, key }],
      policy: [],
      pairSlot: Int32Array.of(0),
      check: Uint16Array.of(1),
      sampleMs: Float64Array.of(sampleMs),
      outcome: Uint8Array.of(OUTCOME.reply),
      rttUs: Uint32Array.of(1_000),
    };
    series.onResults(batch, { ageMs: 0, atMs: 0 }, placeOf(offset));
  };
  const flush = async (force = true): Promise<string[]> => {
    const tables: string[] = [];
    const write = series.takePendingWrite(force);
    await write?.writeRows(tables);
    write?.afterCommit?.();
    return tables;
  };
  const tick = (atMs: number, offset: number): void => series.onTick({ ageMs: 0, atMs }, placeOf(offset));
  return { series, probe, tick, flush, clock, watched, committedAhead, told };
}

describe('the series of a shard', () => {
  it('includes a late sample in a window that waits for its fold', async () => {
    const { series, probe, tick, flush, clock } = await setUp();
    tick(WINDOW_MS + 30_000, 0);
    probe(2 * WINDOW_MS - 1_000, 1);
    expect(await flush()).toEqual(['probe_recent']);
    clock.nowMs += WINDOW_MS;
    tick(2 * WINDOW_MS + 30_000, 2);
    probe(2 * WINDOW_MS - 500, 3);
    expect(await flush()).toEqual(['probe_recent', 'probe_series']);
    expect(series.hasPending()).toBe(false);
  });

  it('stores a sample of a folded window as one more row of the series, and marks its hour', async () => {
    const { probe, tick, flush } = await setUp();
    tick(WINDOW_MS + 30_000, 0);
    probe(2 * WINDOW_MS - 1_000, 1);
    tick(2 * WINDOW_MS + 30_000, 2);
    await flush();
    probe(2 * WINDOW_MS - 500, 3);
    probe(2 * WINDOW_MS - 400, 4);
    expect(await flush()).toEqual(['probe_recent', 'probe_series', 'rollup_dirty']);
  });

  describe('while the log runs faster than the clock', () => {
    const fiveMinutes = async (watches: number[] = []) => {
      const made = await setUp();
      for (const key of watches) made.watched.add(key);
      made.tick(WINDOW_MS + 30_000, 0);
      made.probe(WINDOW_MS + 31_000, 1);
      await made.flush(false);
      made.clock.nowMs += 1_000;
      made.probe(WINDOW_MS + 50_000, 2);
      made.tick(WINDOW_MS + 60_000, 3);
      return made;
    };

    it('delays fragments, for at most ten seconds', async () => {
      const { flush, clock } = await fiveMinutes();
      expect(await flush(false)).toEqual([]);
      clock.nowMs += 9_000;
      expect(await flush(false)).toEqual(['probe_recent']);
    });

    it('stores a window that has ended as one row', async () => {
      const { tick, flush, series } = await fiveMinutes();
      tick(2 * WINDOW_MS + 30_000, 4);
      expect(await flush(false)).toEqual(['probe_series']);
      expect(series.hasPending()).toBe(false);
    });

    it('also stores its fragment for live views', async () => {
      const { tick, flush } = await fiveMinutes([7]);
      tick(2 * WINDOW_MS + 30_000, 4);
      expect(await flush(false)).toEqual(['probe_recent', 'probe_series']);
    });
  });

  describe('when more rows wait than the budget allows', () => {
    const many = async () => {
      const made = await setUp();
      made.tick(WINDOW_MS + 30_000, 0);
      made.probe(WINDOW_MS + 31_000, 1);
      await made.flush(false);
      for (let key = 100; key < 1_100; key++) made.probe(WINDOW_MS + 31_500, 2, key);
      made.probe(WINDOW_MS + 32_000, 3);
      made.clock.nowMs += 250;
      return made;
    };

    it('delays rows of targets that are not watched', async () => {
      const { series } = await many();
      expect(series.takePendingWrite(false)).toBeNull();
    });

    it('stores rows of watched targets immediately, ahead of the rest', async () => {
      const { series, watched } = await many();
      watched.add(7).add(8);
      expect(series.takePendingWrite(false)).toMatchObject({ rows: 1, committedAhead: [7] });
      expect(series.hasPending()).toBe(true);
      expect(series.takePendingWrite(true)).toMatchObject({ rows: 1_000 });
    });

    it('does not store again what was committed ahead before a takeover', async () => {
      const { series, tick, probe, committedAhead } = await setUp();
      committedAhead.set(7, 3);
      tick(WINDOW_MS + 30_000, 0);
      probe(WINDOW_MS + 31_000, 2);
      probe(WINDOW_MS + 32_000, 3);
      series.takePendingWrite(true);
      expect(series.hasPending()).toBe(false);
      probe(WINDOW_MS + 33_000, 4);
      expect(series.takePendingWrite(true)).toMatchObject({ rows: 1 });
    });
  });

  describe('publishes to live views', () => {
    const offsetsOf = ({ rows }: LiveNews): number[] =>
      rows.flatMap(({ startMs, body }) => {
        const { timeOffsetMs, count } = decodeSeriesBody(body);
        return Array.from(timeOffsetMs.subarray(0, count), (offsetMs) => startMs + offsetMs);
      });

    it('rows that it committed ahead, folded and late, each directly following the previous ones', async () => {
      const { probe, tick, flush, watched, told, clock } = await setUp();
      watched.add(7);
      tick(WINDOW_MS + 30_000, 0);
      probe(WINDOW_MS + 31_000, 1);
      probe(WINDOW_MS + 31_500, 2, 8);
      await flush(false);
      probe(WINDOW_MS + 32_000, 3);
      await flush(false);
      clock.nowMs += WINDOW_MS;
      probe(WINDOW_MS + 33_000, 4);
      tick(2 * WINDOW_MS + 30_000, 5);
      probe(2 * WINDOW_MS + 29_000, 6);
      await flush();
      probe(WINDOW_MS + 34_000, 7);
      await flush();
      expect(told.map(({ targetKey, after, position }) => [targetKey, after, position])).toEqual([
        [7, null, 2],
        [7, 2, 3],
        [7, 3, 6],
        [7, 6, 7],
      ]);
      expect(told.map(offsetsOf)).toEqual([
        [],
        [WINDOW_MS + 32_000],
        [WINDOW_MS + 33_000, 2 * WINDOW_MS + 29_000],
        [WINDOW_MS + 34_000],
      ]);
    });

    it('no position to continue from while positions of a former owner are higher', async () => {
      const { probe, tick, flush, watched, committedAhead, told } = await setUp();
      watched.add(7);
      committedAhead.set(7, 5);
      tick(2 * WINDOW_MS + 30_000, 0);
      // Late samples are never committed ahead.
      for (const offset of [1, 2]) {
        probe(2 * WINDOW_MS - 1_000, offset);
        await flush();
      }
      committedAhead.clear();
      for (const offset of [6, 7]) {
        probe(2 * WINDOW_MS + 31_000, offset);
        await flush();
      }
      expect(told.map(({ after, position }) => [after, position])).toEqual([
        [null, 1],
        [null, 2],
        [null, 6],
        [6, 7],
      ]);
    });
  });
});
