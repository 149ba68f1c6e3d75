import {
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
  closeSync,
  statSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type EncodedBody, LANE } from '@icmp-mon/probing/wire';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Spool } from './spool';
import { SPOOL_FILE } from './spool-database';
import { SpoolPages } from './spool-pages';
import type { NewBlock, SpooledBlock } from './spooled-block';

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
const MIB = 1024 ** 2;
const NOW_MS = 1_795_000_000_000;
/** Returns a block of 100 bytes. */
const BLOCKS_PER_PAGE = 4096 / 100;

describe('the spool', () => {
  let dir: string;
  let nowMs: number;
  /** How far the wall clock is ahead, and which start of the machine it is. */
  let clockAheadMs: number;
  let kernelBoot: string;
  const open: Spool[] = [];

  beforeEach(() => {
    dir = mkdtempSync(path.join(os.tmpdir(), 'spool-'));
    nowMs = NOW_MS;
    clockAheadMs = 0;
    kernelBoot = 'first start';
  });
  afterEach(() => {
    for (const spool of open.splice(0)) spool.close();
    rmSync(dir, { recursive: true });
  });

  function opened(bytesMax = 64 * MIB): Spool {
    const machine = { kernelBoot, uptimeMs: () => nowMs - clockAheadMs };
    const spool = new Spool({ dir, bytesMax, log: silent, nowMs: () => nowMs, machine });
    open.push(spool);
    return spool;
  }

  function reopened(spool: Spool, bytesMax?: number): Spool {
    closed(spool);
    return opened(bytesMax);
  }

  function closed(spool: Spool): void {
    open.splice(open.indexOf(spool), 1);
    spool.close();
  }

  function block(mark: number, liveForMs = 10_000, bytes = 100): NewBlock {
    const body: EncodedBody = {
      bytes: new Uint8Array(bytes).fill(mark),
      stored: true,
      count: 10,
      baseTimeMs: nowMs,
      rawLength: bytes,
    };
    return { shard: mark % 8, policyVersion: 7, liveUntilMs: nowMs + liveForMs, body };
  }

  const blocks = (count: number, liveForMs?: number): NewBlock[] =>
    Array.from({ length: count }, (_, mark) => block(mark, liveForMs));
  const marksOf = (batch: { body: EncodedBody }[]): number[] => batch.map(({ body }) => body.bytes[0] ?? -1);

  /** Returns everything that both lanes return until they are empty. */
  function shipAll(spool: Spool): SpooledBlock[] {
    const all: SpooledBlock[] = [];
    for (let rounds = 0; rounds < 20; rounds++) {
      for (const lane of [LANE.live, LANE.backfill] as const) {
        const batch = spool.nextBlocks(lane, 1_000, MIB);
        all.push(...batch);
        spool.settleBlocks(lane, batch, []);
      }
    }
    return all;
  }

  it('ships in order, under one boot, with increasing sequences, and deletes settled blocks', () => {
    const spool = opened();
    spool.appendBlocks(blocks(5), false);
    const first = spool.nextBlocks(LANE.live, 3, MIB);
    expect(first.map(({ boot, sequence, shard, policyVersion }) => [boot, sequence, shard, policyVersion])).toEqual([
      [spool.boot, 0, 0, 7],
      [spool.boot, 1, 1, 7],
      [spool.boot, 2, 2, 7],
    ]);
    spool.settleBlocks(LANE.live, first, []);
    expect(marksOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([3, 4]);
    expect(spool.stats()).toMatchObject({ blocks: 2, quarantined: 0, droppedResults: 0 });
  });

  it('returns an unsettled block under the same identity, also after a restart', () => {
    const spool = opened();
    spool.appendBlocks(blocks(3), true);
    const first = spool.nextBlocks(LANE.live, 10, MIB);
    spool.settleBlocks(LANE.live, first.slice(0, 1), []);
    expect(spool.nextBlocks(LANE.live, 10, MIB)).toEqual(first.slice(1));
    const { boot } = spool;
    const after = reopened(spool);
    expect(after.boot).toBeGreaterThan(boot);
    after.appendBlocks([block(9)], true);
    const again = after.nextBlocks(LANE.live, 10, MIB);
    expect(again).toEqual(first.slice(1));
    after.settleBlocks(LANE.live, again, []);
    const fresh = after.nextBlocks(LANE.live, 10, MIB);
    expect(fresh.map((each) => [each.boot, each.sequence])).toEqual([[after.boot, 0]]);
  });

  it('ships blocks that are too old for the live lane on the other one, unless their lane is already assigned', () => {
    const spool = opened();
    spool.appendBlocks([block(1)], true);
    spool.appendBlocks([block(2), block(3)], false);
    nowMs += 60_000;
    spool.appendBlocks([block(4)], false);
    const fixed = spool.nextBlocks(LANE.live, 10, MIB);
    expect(marksOf(fixed)).toEqual([1]);
    expect(marksOf(spool.nextBlocks(LANE.backfill, 10, MIB))).toEqual([2, 3]);
    spool.settleBlocks(LANE.live, fixed, []);
    expect(marksOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([4]);
  });

  it('adds no new blocks to a lane during failed attempts', () => {
    const spool = opened();
    spool.appendBlocks([block(1)], true);
    for (let attempt = 2; attempt < 6; attempt++) {
      expect(marksOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([1]);
      spool.settleBlocks(LANE.live, [], []);
      spool.appendBlocks([block(attempt)], true);
    }
    nowMs += 60_000;
    expect(marksOf(spool.nextBlocks(LANE.backfill, 10, MIB))).toEqual([2, 3, 4, 5]);
  });

  it('lets no new block overtake one that waits for its sequence', () => {
    const spool = opened();
    spool.appendBlocks([block(1)], true);
    const waiting = spool.nextBlocks(LANE.live, 10, MIB);
    spool.appendBlocks([block(2)], true);
    spool.settleBlocks(LANE.live, waiting, []);
    spool.appendBlocks([block(3)], false);
    const batch = spool.nextBlocks(LANE.live, 10, MIB);
    expect(marksOf(batch)).toEqual([2, 3]);
    expect(batch.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it('keeps a batch below the requested bytes, but never empty', () => {
    const spool = opened();
    spool.appendBlocks([block(1, 10_000, 5_000), block(2, 10_000, 5_000), block(3, 10_000, 5_000)], false);
    expect(spool.nextBlocks(LANE.live, 10, 10_500)).toHaveLength(2);
    spool.settleBlocks(LANE.live, [], []);
    expect(spool.nextBlocks(LANE.live, 10, 100)).toHaveLength(1);
  });

  it('sets refused blocks aside and counts them permanently', () => {
    const spool = opened();
    spool.appendBlocks(blocks(3), false);
    const batch = spool.nextBlocks(LANE.live, 10, MIB);
    const [bad] = batch;
    spool.settleBlocks(LANE.live, batch.slice(1), bad === undefined ? [] : [{ block: bad, reason: 'bad_columns: no' }]);
    expect(spool.stats()).toMatchObject({ blocks: 0, bytes: 0, quarantined: 1 });
    expect(reopened(spool).stats()).toMatchObject({ blocks: 0, quarantined: 1 });
  });

  it('drops the oldest unsent blocks when it is full, and counts their results exactly', () => {
    const spool = opened(2_000);
    spool.appendBlocks(blocks(3, 1_000), true);
    const flying = spool.nextBlocks(LANE.live, 10, MIB);
    spool.appendBlocks(blocks(20), false);
    const { blocks: kept, bytes, droppedResults } = spool.stats();
    expect(bytes).toBeLessThanOrEqual(2_000);
    expect(droppedResults).toBe((23 - kept) * 10);
    spool.settleBlocks(LANE.live, flying, []);
    expect(marksOf(spool.nextBlocks(LANE.live, 100, MIB))).toEqual([13, 14, 15, 16, 17, 18, 19]);
    expect(reopened(spool).stats().droppedResults).toBe(droppedResults);
  });

  it('starts after the limit was lowered below its size, and shrinks with the next block', () => {
    const spool = opened();
    spool.appendBlocks(blocks(100), false);
    const small = reopened(spool, 1_000);
    expect(small.stats().blocks).toBe(100);
    small.appendBlocks([block(7)], false);
    expect(small.stats().bytes).toBeLessThanOrEqual(1_000);
    expect(small.stats().droppedResults).toBe((101 - small.stats().blocks) * 10);
  });

  it.each([
    ['truncated', (file: string): void => truncateSync(file, Math.floor(statSync(file).size / 2))],
    ['not a database', (file: string): void => writeFileSync(file, 'x'.repeat(9_000))],
    ['empty', (file: string): void => truncateSync(file, 0)],
    [
      'of a newer version',
      (file: string): void => {
        const database = new DatabaseSync(file);
        database.exec('PRAGMA user_version = 99');
        database.close();
      },
    ],
  ])('survives a file that is %s: sets it aside and continues under a higher boot', (_what, spoil) => {
    const spool = opened();
    spool.appendBlocks(
      Array.from({ length: 400 }, (_, mark) => block(mark % 256)),
      false,
    );
    const { boot } = spool;
    closed(spool);
    spoil(path.join(dir, SPOOL_FILE));
    const anew = opened();
    anew.appendBlocks([block(5)], true);
    const batch = shipAll(anew);
    expect(anew.boot).toBeGreaterThan(boot);
    expect(marksOf(batch)).toContain(5);
    for (const { boot: shippedAs } of batch) expect(shippedAs).toBe(anew.boot);
    expect(anew.stats()).toMatchObject({ droppedResults: (400 + 1 - batch.length) * 10 });
  });

  it('counts the lost results of a damaged file without the acknowledged ones', () => {
    const spool = opened();
    spool.appendBlocks(blocks(5), true);
    const batch = spool.nextBlocks(LANE.live, 10, MIB);
    spool.settleBlocks(LANE.live, batch.slice(0, 2), []);
    // As after a SIGKILL: nothing is deleted on exit.
    const copy = path.join(dir, 'copy');
    copyFileSync(path.join(dir, 'spool-held'), copy);
    closed(spool);
    copyFileSync(copy, path.join(dir, 'spool-held'));
    writeFileSync(path.join(dir, SPOOL_FILE), 'x'.repeat(9_000));
    expect(opened().stats()).toMatchObject({ blocks: 0, quarantined: 1, droppedResults: 30 });
  });

  it('ships just appended blocks unchanged, also after a failure or after dropping some of them', () => {
    const spool = opened(2_000);
    spool.appendBlocks(blocks(3), true);
    const first = spool.nextBlocks(LANE.live, 10, MIB);
    spool.settleBlocks(LANE.live, [], []);
    const again = spool.nextBlocks(LANE.live, 10, MIB);
    expect(again).toEqual(first);
    spool.settleBlocks(LANE.live, again, []);
    spool.appendBlocks(blocks(30), true);
    const rest = shipAll(spool);
    expect(rest.length * 10 + spool.stats().droppedResults).toBe(300);
    expect(new Set(rest.map(({ sequence }) => sequence)).size).toBe(rest.length);
    expect(spool.stats()).toMatchObject({ blocks: 0, bytes: 0, quarantined: 0 });
  });

  it('survives every bit flip: it ships what was written, or sets it aside and counts it', () => {
    const spool = opened();
    spool.appendBlocks(
      Array.from({ length: 60 }, (_, mark) => block(mark)),
      false,
    );
    closed(spool);
    const file = path.join(dir, SPOOL_FILE);
    const whole = path.join(dir, 'whole');
    const held = path.join(dir, 'spool-held');
    copyFileSync(file, whole);
    copyFileSync(held, `${whole}-held`);
    const size = statSync(file).size;
    let missed = 0;
    for (let at = 7; at < size; at += 397) {
      for (const name of readdirSync(dir)) if (name.startsWith('spool')) rmSync(path.join(dir, name));
      copyFileSync(whole, file);
      copyFileSync(`${whole}-held`, held);
      flip(file, at);
      const spoilt = opened();
      const batch = shipAll(spoilt);
      expect(batch.length).toBeGreaterThanOrEqual(60 - BLOCKS_PER_PAGE);
      for (const { body } of batch) {
        expect(body.bytes.every((byte) => byte === body.bytes[0])).toBe(true);
        expect(body).toMatchObject({ count: 10, rawLength: 100, baseTimeMs: NOW_MS });
      }
      expect(new Set(marksOf(batch)).size).toBe(batch.length);
      expect(batch.length === 60 || spoilt.stats().quarantined > 0).toBe(true);
      missed += Math.abs((60 - batch.length) * 10 - spoilt.stats().droppedResults);
      closed(spoilt);
    }
    expect(missed).toBe(0);
  });

  describe('damaged', () => {
    const file = (): string => path.join(dir, SPOOL_FILE);
    const identities = (batch: SpooledBlock[]): string[] =>
      batch.map(
        ({ lane, boot, sequence, body }) => `${lane}/${boot}/${sequence} ${body.bytes[0]} ${body.bytes.length}`,
      );

    /** 20 blocks that were shipped and not acknowledged, in both lanes, and 200 that were not shipped; some longer than a page. */
    function filled(spool: Spool): string[] {
      spool.appendBlocks([block(1, -60_000), block(2, -50_000, 9_000)], false);
      const backfill = spool.nextBlocks(LANE.backfill, 100, MIB);
      spool.appendBlocks([...blocks(17), block(18, 10_000, 30_000)], true);
      const live = spool.nextBlocks(LANE.live, 100, MIB);
      spool.appendBlocks(
        Array.from({ length: 200 }, (_, mark) => block(mark, 10_000, mark % 10 === 0 ? 6_000 : 100)),
        false,
      );
      return identities([...live, ...backfill]);
    }

    it.each([
      ['its first page is garbage', (): void => spoilAt(file(), 0, 4096)],
      ['a column has an unknown name', (): void => rename(file(), 'policy_version', 'policy_versioX')],
      ['its name and version are garbage', (): void => spoilAt(file(), 0, 100)],
      ['its first page and its pointer map are garbage', (): void => spoilAt(file(), 0, 8192)],
    ])('returns all of its blocks under their identities when %s', (_what, spoil) => {
      const spool = opened();
      const shipped = filled(spool);
      closed(spool);
      spoil();
      const anew = opened();
      expect(anew.stats()).toMatchObject({ blocks: 220, quarantined: 1, droppedResults: 0, spooledResults: 2_200 });
      const again = [...anew.nextBlocks(LANE.live, 1_000, MIB), ...anew.nextBlocks(LANE.backfill, 1_000, MIB)];
      expect(identities(again)).toEqual(shipped);
      anew.settleBlocks(LANE.live, anew.nextBlocks(LANE.live, 1_000, MIB), []);
      const rest = anew.nextBlocks(LANE.live, 1_000, MIB);
      expect(marksOf(rest)).toEqual(Array.from({ length: 200 }, (_, mark) => mark));
      expect(reopened(anew).stats().quarantined).toBe(1);
    });

    it.each([
      [2, 60],
      [3, 15],
    ])('returns the blocks in the first part of %i when it is truncated, and counts the rest', (parts, leastBlocks) => {
      const spool = opened();
      filled(spool);
      closed(spool);
      truncateSync(file(), Math.floor(statSync(file()).size / parts));
      const anew = opened();
      const all = shipAll(anew);
      expect(all.length).toBeGreaterThan(leastBlocks);
      expect(anew.stats()).toMatchObject({ quarantined: 1, droppedResults: (220 - all.length) * 10 });
    });

    it('is read with committed pages that are still in the WAL', () => {
      filled(opened());
      const copy = path.join(dir, 'copy.db');
      copyFileSync(`${file()}-wal`, `${copy}-wal`);
      writeFileSync(copy, 'no database at all'.repeat(1_000));
      const idsIn = (): unknown[] => {
        const pages = new SpoolPages(copy);
        const rows = Array.from({ length: pages.count }, (_, index) => [...pages.rowsOf(index + 1)]).flat();
        pages.close();
        return rows.filter(({ values }) => values.length === 13).map(({ id }) => id);
      };
      const ids = Array.from({ length: 220 }, (_, index) => index + 1);
      expect(new Set(idsIn())).toEqual(new Set(ids));
      // From the first damaged frame on the log is invalid, and the transaction of that frame counts as a whole.
      flip(`${copy}-wal`, statSync(`${copy}-wal`).size - 2_000);
      expect(new Set(idsIn())).toEqual(new Set(ids.slice(0, 20)));
    });

    it('returns no deleted blocks', () => {
      const spool = opened();
      filled(spool);
      for (const lane of [LANE.live, LANE.backfill]) spool.settleBlocks(lane, spool.nextBlocks(lane, 1_000, MIB), []);
      spool.settleBlocks(LANE.live, spool.nextBlocks(LANE.live, 150, MIB), []);
      closed(spool);
      spoilAt(file(), 0, 100);
      expect(opened().stats()).toMatchObject({ blocks: 50, quarantined: 1, droppedResults: 0 });
    });

    it('is replaced while the agent runs, without acknowledged blocks', () => {
      const spool = opened();
      filled(spool);
      const acknowledged = spool.nextBlocks(LANE.live, 1_000, MIB);
      spool.settleBlocks(LANE.live, acknowledged, []);
      const database = Reflect.get(Reflect.get(spool, 'file') as object, 'database') as DatabaseSync;
      database.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA shrink_memory;');
      spoilAt(file(), 0, 4096);
      spool.appendBlocks([block(250)], true);
      expect(spool.stats()).toMatchObject({ quarantined: 1, droppedResults: 0, spooledResults: 2_210 });
      expect(shipAll(spool)).toHaveLength(221 - acknowledged.length);
    });

    it('is mostly salvaged when bits flipped in many places, and the lost results are counted', () => {
      const spool = opened();
      filled(spool);
      closed(spool);
      const { size } = statSync(file());
      for (let nth = 0; nth < 20; nth++) flip(file(), Math.floor(((nth + 0.37) * size) / 20));
      const anew = opened();
      const all = shipAll(anew);
      expect(all.length).toBeGreaterThan(110);
      expect(anew.stats()).toMatchObject({ blocks: 0, droppedResults: (220 - all.length) * 10 });
      expect(anew.stats().quarantined).toBeGreaterThan(0);
    });

    it('is salvaged from the beginning when the agent was killed during a salvage', () => {
      const spool = opened();
      filled(spool);
      closed(spool);
      spoilAt(file(), 0, 100);
      writeFileSync(path.join(dir, 'spool-salvaged.db'), 'half a spool');
      writeFileSync(path.join(dir, 'spool-salvaged.db-wal'), 'half a log');
      expect(opened().stats()).toMatchObject({ blocks: 220, droppedResults: 0 });
      expect(readdirSync(dir).filter((name) => name.startsWith('spool-salvaged'))).toEqual([]);
    });
  });

  it('refuses a folder that another agent uses', () => {
    opened();
    expect(() => opened()).toThrow(/locked/);
  });

  describe('when the wall clock is set', () => {
    const HOUR_MS = 3_600_000;
    const set = (byMs: number): void => {
      clockAheadMs += byMs;
      nowMs += byMs;
    };
    const timesOf = (batch: SpooledBlock[]): number[] => batch.map(({ body }) => body.baseTimeMs - NOW_MS);

    it('dates waiting blocks by the present clock, in the lane of their true age, also after a restart', () => {
      set(2 * HOUR_MS);
      let spool = opened();
      spool.appendBlocks([block(1)], false);
      nowMs += 60_000;
      spool.appendBlocks([block(2)], false);
      spool = reopened(spool);
      set(-2 * HOUR_MS);
      nowMs += 1_000;
      expect(timesOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([60_000]);
      expect(timesOf(spool.nextBlocks(LANE.backfill, 10, MIB))).toEqual([0]);
      expect(spool.stats().oldestS).toBe(61);
    });

    it('keeps fresh blocks in the live lane, regardless of how far the clock jumps forward, and redates a repeated one', () => {
      let spool = opened();
      spool.appendBlocks([block(1)], true);
      expect(timesOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([0]);
      set(2 * HOUR_MS);
      spool.appendBlocks([block(2)], false);
      const again = spool.nextBlocks(LANE.live, 10, MIB);
      expect(timesOf(again)).toEqual([2 * HOUR_MS]);
      spool.settleBlocks(LANE.live, again, []);
      expect(timesOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([2 * HOUR_MS]);
      spool = reopened(spool);
      set(-2 * HOUR_MS);
      expect(timesOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([0]);
    });

    it('keeps the times of blocks from before a restart of the machine', () => {
      let spool = opened();
      spool.appendBlocks([block(1)], false);
      kernelBoot = 'second start';
      set(-HOUR_MS);
      spool = reopened(spool);
      spool.appendBlocks([block(2)], false);
      expect(shipAll(spool).map(({ body }) => body.baseTimeMs - NOW_MS)).toEqual([0, -HOUR_MS]);
    });

    it('corrects each of many periods separately, and deletes the shipped ones', () => {
      const spool = opened();
      for (let at = 0; at < 5; at++) {
        spool.appendBlocks([block(at, 1_000)], false);
        nowMs += 10_000;
        set(HOUR_MS);
      }
      set(-5 * HOUR_MS);
      expect(timesOf(shipAll(spool)).sort((a, b) => a - b)).toEqual([0, 10_000, 20_000, 30_000, 40_000]);
      spool.appendBlocks([block(9)], false);
      set(HOUR_MS);
      spool.appendBlocks([block(9)], false);
      closed(spool);
      const database = new DatabaseSync(path.join(dir, SPOOL_FILE));
      const [row] = database.prepare('SELECT count(*) AS periods FROM clock_period').all();
      database.close();
      expect(Number(row?.['periods'])).toBeLessThanOrEqual(3);
    });
  });

  it('moves unshipped blocks to the backfill lane, not shipped or later ones', () => {
    const spool = opened();
    spool.appendBlocks([block(1)], true);
    spool.appendBlocks([block(2)], false);
    spool.moveToBackfill();
    spool.appendBlocks([block(3)], false);
    expect(marksOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([1]);
    spool.settleBlocks(LANE.live, spool.nextBlocks(LANE.live, 10, MIB), []);
    expect(marksOf(spool.nextBlocks(LANE.live, 10, MIB))).toEqual([3]);
    expect(marksOf(spool.nextBlocks(LANE.backfill, 10, MIB))).toEqual([2]);
    expect(shipAll(reopened(spool))).toHaveLength(2);
  });

  it('continues under a boot of the present after the machine was restored to an earlier state, and ships former blocks first', () => {
    const spool = opened();
    const { boot } = spool;
    spool.appendBlocks([block(1)], true);
    const [before] = spool.nextBlocks(LANE.live, 10, MIB);
    const presentMs = nowMs + 3 * 3_600_000;
    spool.beginBoot(presentMs);
    expect(spool.boot).toBe(Math.floor(presentMs / 1_000));
    spool.appendBlocks([block(2)], true);
    expect(spool.nextBlocks(LANE.live, 10, MIB)).toMatchObject([{ boot, sequence: before?.sequence }]);
    spool.settleBlocks(LANE.live, spool.nextBlocks(LANE.live, 10, MIB), []);
    expect(spool.nextBlocks(LANE.live, 10, MIB)).toMatchObject([{ boot: spool.boot, sequence: 0 }]);
    expect(reopened(spool).boot).toBe(Math.floor(presentMs / 1_000) + 1);
  });

  it('starts again from the time after the greatest boot, and repeats none', () => {
    writeFileSync(path.join(dir, 'boot'), String(0xffff_ffff));
    const spool = opened();
    expect(spool.boot).toBe(Math.floor(NOW_MS / 1_000));
    expect(reopened(spool).boot).toBe(spool.boot + 1);
  });

  it('never returns a boot twice, regardless of the clock and the file', () => {
    const spool = opened();
    const { boot } = spool;
    nowMs -= 86_400_000;
    const back = reopened(spool);
    expect(back.boot).toBe(boot + 1);
    closed(back);
    writeFileSync(path.join(dir, 'boot'), 'rubbish');
    nowMs = NOW_MS + 60_000;
    expect(opened().boot).toBe(Math.floor(nowMs / 1000));
    expect(readFileSync(path.join(dir, 'boot'), 'utf8').trim()).toBe(String(Math.floor(nowMs / 1000)));
  });
});

function flip(file: string, at: number): void {
  const fd = openSync(file, 'r+');
  const byte = readFileSync(file)[at] ?? 0;
  writeSync(fd, Uint8Array.of(byte ^ 0x10), 0, 1, at);
  closeSync(fd);
}

function spoilAt(file: string, at: number, length: number): void {
  const fd = openSync(file, 'r+');
  writeSync(fd, Buffer.alloc(length, 0xa5), 0, length, at);
  closeSync(fd);
}

function rename(file: string, from: string, to: string): void {
  const bytes = readFileSync(file);
  bytes.write(to, bytes.indexOf(from), 'latin1');
  writeFileSync(file, bytes);
}
