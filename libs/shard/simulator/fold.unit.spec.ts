import { describe, expect, it } from 'vitest';
import { ShardFold, type ShardDirectory } from '@icmp-mon/shard/engine';
import { AgentNumbers, type LiveBus, SeriesParticipant } from '@icmp-mon/probing/server';
import { StatusParticipant } from '@icmp-mon/status/server';
import { immediateRows, numbersByPlace, type SimulatedRows, SimulatedTables } from './simulated-tables';
import { type FeedFact } from '@icmp-mon/probing/contract';
import { encodeBlocksRecord, encodeFeedRecord, frameBlock, LANE } from '@icmp-mon/probing/wire';
import { AGENT_IDS, generateLog, seeded, STANDARD, targetIdOf } from '@icmp-mon/shard/engine/testing';

const numbers = new AgentNumbers(numbersByPlace(AGENT_IDS));
const live: LiveBus = { watchedKeys: () => new Set(), publishMessage: () => undefined };

interface Run {
  fold: ShardFold<SimulatedRows>;
  tables: SimulatedTables;
}

function newRun(): Run {
  const directory = (): ShardDirectory => run.fold.directory;
  const tables = new SimulatedTables();
  const status = new StatusParticipant(0, directory, tables.status);
  const series = new SeriesParticipant(0, directory, {
    ...{ tables: tables.seriesTables, agentNumbers: numbers, liveBus: live, nowMs: () => 0 },
  });
  const run: Run = { tables, fold: new ShardFold<SimulatedRows>(0, [status, series]) };
  return run;
}

/** Stores the participants' effects, and returns the status changes among them. */
async function flush(run: Run, changes: string[]): Promise<void> {
  for (const each of run.fold.participants) {
    await each.prepareWrite?.();
    await each.takePendingWrite(true)?.writeRows(immediateRows);
  }
  changes.push(...run.tables.changes.splice(0).map((row) => JSON.stringify(row)));
}

const TARGETS = [3, 11, 19, 27, 35];

describe('a shard', () => {
  it('has the same state and the same effects, regardless of where it is killed', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { records } = generateLog({ seed, targetKeys: TARGETS, seconds: 700, shard: 3 });
      const whole = newRun();
      const expected: string[] = [];
      records.forEach((record, offset) => whole.fold.applyRecord(offset, record, () => -1));
      await flush(whole, expected);
      expect(expected.length).toBeGreaterThan(TARGETS.length);
      expect(expected.some((line) => line.includes('"to_status":"degraded"'))).toBe(true);

      const random = seeded(seed + 1_000);
      const changes: string[] = [];
      let run = newRun();
      let checkpoint: { offset: number; bytes: Uint8Array } | null = null;
      let stored = -1;
      let offset = 0;
      while (offset < records.length) {
        run.fold.applyRecord(offset, records[offset], () => stored);
        const dice = random();
        if (dice < 0.05 && offset > stored) {
          await flush(run, changes);
          stored = offset;
          if (dice < 0.02) checkpoint = { offset, bytes: run.fold.checkpoint() };
        } else if (dice > 0.995) {
          run = newRun();
          // As returned by the database: a Buffer within a larger piece of memory.
          if (checkpoint) run.fold.restore(Buffer.concat([Buffer.alloc(3), checkpoint.bytes]).subarray(3));
          offset = checkpoint?.offset ?? -1;
        }
        offset++;
      }
      await flush(run, changes);
      expect(run.fold.digest(), `seed ${seed}`).toBe(whole.fold.digest());
      expect(changes, `seed ${seed}`).toEqual(expected);
    }
    // Takes seconds alone, and longer while the machine is busy.
  }, 180_000);

  it('drops and counts repeated blocks and results of unassigned pairs', () => {
    const { records, results } = generateLog({ seed: 5, targetKeys: TARGETS, seconds: 200, shard: 3 });
    const { fold } = newRun();
    records.forEach((record, offset) => fold.applyRecord(offset, record, () => -1));
    expect(fold.counters.results).toBe(results.size);
    expect(fold.counters.repeatedBlocks).toBeGreaterThan(0);
    expect(fold.counters.unassignedResults).toBeGreaterThan(0);
    const before = fold.digest();
    records.forEach((record, offset) => {
      if (record[0] === 1) fold.applyRecord(records.length + offset, record, () => -1);
    });
    expect(fold.digest()).toBe(before);
  });

  it('does not decode repeated blocks, nor blocks of agents without targets in it', () => {
    const { fold } = newRun();
    const [agentId, stranger] = AGENT_IDS;
    const target: FeedFact = {
      ...{ kind: 'target', targetKey: 3, targetId: targetIdOf(3), ip: '127.0.0.3', vrf: 'default', tier: 'standard' },
      selected: [agentId],
    };
    const feed: FeedFact[] = [
      ...AGENT_IDS.map((id): FeedFact => ({
        ...{ kind: 'agent', agentId: id, name: id, region: 'r', provider: 'p', state: 'active' },
      })),
      { ...STANDARD },
      target,
    ];
    let offset = 0;
    for (const [at, fact] of feed.entries()) fold.applyRecord(offset++, encodeFeedRecord(at + 1, fact), () => -1);
    // A body that cannot be decoded shows whether decoding was attempted.
    const body = { bytes: Uint8Array.of(1, 2, 3), stored: false, count: 20_000, baseTimeMs: 1, rawLength: 400_000 };
    const send = (id: string, sequence: number): void => {
      const block = frameBlock({ agentId: id, boot: 1, lane: LANE.live, shard: 0, sequence, policyVersion: 1 }, body);
      fold.applyRecord(offset++, encodeBlocksRecord([{ receivedAtMs: 1, clockOffsetMs: 0, block }]), () => -1);
    };
    send(stranger, 1);
    send('01900000-0000-7000-8000-0000000000ff', 1);
    expect(fold.counters).toMatchObject({ refusedBlocks: 0, unassignedResults: 40_000 });
    send(stranger, 1);
    expect(fold.counters).toMatchObject({ refusedBlocks: 0, repeatedBlocks: 1 });
    send(agentId, 1);
    expect(fold.counters).toMatchObject({ refusedBlocks: 1, repeatedBlocks: 1, unassignedResults: 40_000 });
    send(agentId, 1);
    expect(fold.counters).toMatchObject({ refusedBlocks: 1, repeatedBlocks: 2, unassignedResults: 40_000 });
  });

  it('continues after invalid records', () => {
    const { fold } = newRun();
    const before = fold.digest();
    for (const value of [new Uint8Array(), Uint8Array.of(9), Uint8Array.of(1, 255, 255), Uint8Array.of(3, 1, 123)]) {
      fold.applyRecord(0, value, () => -1);
    }
    expect(fold.counters.refusedRecords).toBe(4);
    expect(fold.digest()).toBe(before);
  });
});
