import { OUTCOME } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import { ShardFold } from '@icmp-mon/shard/engine';
import { policyFact, targetFact } from '@icmp-mon/shard/engine/testing';
import { describe, expect, it } from 'vitest';
import { ValidationParticipant } from './validation-participant';
import type { StoredChecks } from './validation-tables';
import {
  A,
  B,
  EDGE,
  INTERVAL_MS,
  MemoryTables,
  PING,
  SILENT,
  storedOf,
  TELNET,
  ValidatedShard,
} from './validation-shard.test-data';

const fails = { key: 8, check: TELNET, outcome: OUTCOME.timeout };
const answers = { key: 8, check: TELNET, outcome: OUTCOME.reply };
const control = { key: 8, check: PING };

interface Restored {
  fold: ShardFold<null>;
  participant: ValidationParticipant<null>;
  tables: MemoryTables;
}

async function restored(checkpoint: Uint8Array, stored: StoredChecks | null = null): Promise<Restored> {
  const tables = new MemoryTables();
  const fold: ShardFold<null> = new ShardFold(0, [new ValidationParticipant<null>(0, () => fold.directory, tables)]);
  fold.restore(checkpoint);
  const participant = fold.participants[0] as ValidationParticipant<null>;
  if (stored !== null) {
    tables.stored = stored;
    await participant.loadStoredRows(null);
  }
  return { fold, participant, tables };
}

/** Applies the records of the shard after the first `from`. */
async function replay({ fold, participant }: Restored, records: readonly Uint8Array[], from: number): Promise<void> {
  for (const [at, record] of records.entries()) {
    if (at < from) continue;
    fold.applyRecord(at + 1, record, () => -1);
    await participant.takePendingWrite()?.writeRows(null);
  }
}

describe('a replay from a checkpoint', () => {
  it('numbers changes of one record like the log without interruption, regardless of the order in which targets came', async () => {
    const shard = await ValidatedShard.of([A], [24, 8, 16]);
    await shard.fact(SILENT);
    const at = shard.records.length;
    const checkpoint = shard.fold.checkpoint();
    await shard.passTime(40_000);
    await shard.fact(targetFact(8, 'silent', [A]));
    await shard.fact(targetFact(8, 'edge', [A]));
    const [ping] = EDGE.checks;
    await shard.fact({ ...EDGE, policyVersion: 2, checks: [ping] });
    await shard.fact({ ...EDGE, policyVersion: 3 });
    await shard.passTime(40_000);
    const again = await restored(checkpoint);
    await replay(again, shard.records, at);
    expect(again.fold.digest()).toBe(shard.fold.digest());
  });

  it('is possible while the policy of a target is missing in the log', async () => {
    const shard = await ValidatedShard.of([A, B]);
    await shard.proves();
    shard.newChanges();
    await shard.fact(targetFact(8, 'later', [B]));
    expect(shard.newChanges()).toEqual(['removed']);
    const again = await restored(shard.fold.checkpoint());
    const at = shard.records.length;
    await shard.fact({ ...policyFact('later', INTERVAL_MS), checks: EDGE.checks });
    expect(shard.newChanges()).toEqual(['untested warming']);
    await replay(again, shard.records, at);
    expect(again.fold.digest()).toBe(shard.fold.digest());
  });
});

describe('a takeover', () => {
  it('from a checkpoint without checks continues their logs, and its own checkpoint is canonical', async () => {
    const shard = await ValidatedShard.of([A]);
    await shard.proves();
    const [before] = storedOf(shard.tables).checks;
    const older = new ShardFold<null>(0, []);
    for (const [at, record] of shard.records.entries()) older.applyRecord(at + 1, record, () => -1);
    const again = await restored(older.checkpoint(), storedOf(shard.tables));
    again.participant.reconcileReplay();
    const at = shard.records.length;
    await shard.passTime(1_000);
    await replay(again, shard.records, at);
    const status = again.tables.statuses.get(`8/${TELNET}`);
    expect(status).toMatchObject({ chain: before.chain, entries: before.entries + 1, port: 23, type: 'tcp_connect' });
    const { targets } = again.participant.checkpoint().head as { targets: [number, object[]][] };
    expect(targets[0][1][0]).not.toHaveProperty('target');
    expect((await restored(again.fold.checkpoint())).fold.digest()).toBe(again.fold.digest());
  });

  it('after a lost log does not count probes of sealed entries again', async () => {
    const shard = await ValidatedShard.of([A]);
    for (let round = 0; round < 5; round++) await shard.proves();
    const checkpoint = shard.fold.checkpoint();
    await shard.addResults([answers]);
    const again = await restored(checkpoint, storedOf(shard.tables));
    again.participant.reconcileReplay();
    await shard.passTime(1_000);
    await again.fold.skipToPosition(null, {
      ...{ position: 10_000, newLog: true, feedPosition: 1_000 },
      facts: [EDGE, targetFact(8, 'edge', [A])],
    });
    again.fold.applyRecord(10_001, shard.records[shard.records.length - 1], () => -1);
    await again.fold.skipToPosition(null, { position: 10_002, newLog: true, feedPosition: 1_001, facts: [EDGE] });
    await again.participant.takePendingWrite()?.writeRows(null);
    const entries = again.tables.entries.map(({ line }) => JSON.parse(line) as { status: string; agents: object[] });
    expect(entries.at(-1)).toMatchObject({ status: 'violated', agents: [] });
  });

  it.each(['removed', 'moved'] as const)(
    'after a lost log, in which a target was %s, writes no entry of its log again',
    async (change) => {
      const shard = await ValidatedShard.of([A]);
      await shard.fact(SILENT);
      await shard.proves();
      const checkpoint = shard.fold.checkpoint();
      const fact = targetFact(8, 'silent', [A]);
      await shard.fact(change === 'removed' ? { kind: 'target-removed', targetKey: 8 } : fact);
      const stored = storedOf(shard.tables);
      const sealed = new Set(shard.tables.entries.map(({ chain, entry }) => `${chain}/${entry}`));
      const again = await restored(checkpoint, stored);
      again.participant.reconcileReplay();
      const facts = [EDGE, SILENT, ...(change === 'removed' ? [] : [fact])];
      await again.fold.skipToPosition(null, { position: 10_000, newLog: true, facts, feedPosition: 1_000 });
      await shard.passTime(1_000);
      again.fold.applyRecord(10_001, shard.records[shard.records.length - 1], () => -1);
      await again.participant.takePendingWrite()?.writeRows(null);
      const written = again.tables.entries.map(({ chain, entry }) => `${chain}/${entry}`);
      expect(written.filter((entry) => sealed.has(entry))).toEqual([]);
      expect(again.fold.checkpoint().length).toBeGreaterThan(0);
      expect(again.tables.changes.filter(({ removed }) => removed)).toEqual([]);
    },
  );
});

describe('the counts of an entry', () => {
  it('contain each probe once when an answer arrives late between a failed probe and its proof', async () => {
    const shard = await ValidatedShard.of([A]);
    await shard.passTime(120_000);
    await shard.addResults([fails]);
    await shard.addResults([{ ...answers, ageMs: 100_000 }], LANE.backfill);
    await shard.addResults([control]);
    await shard.fact({ kind: 'target-removed', targetKey: 8 });
    expect(shard.evidenceEntries().at(-1)?.agents).toMatchObject([{ probes: 2, proven: 1, answered: 1 }]);
  });

  it('name the port that a later policy of the same check states', async () => {
    const shard = await ValidatedShard.of([A]);
    const [ping, { port: _port, ...withoutPort }] = EDGE.checks;
    await shard.fact({ ...EDGE, policyVersion: 2, checks: [ping] });
    await shard.fact({ ...EDGE, policyVersion: 3, checks: [ping, withoutPort] });
    await shard.fact({ ...EDGE, policyVersion: 4 });
    await shard.fact({ kind: 'target-removed', targetKey: 8 });
    expect(shard.tables.changes.at(-1)).toMatchObject({ removed: true, port: 23 });
  });
});
