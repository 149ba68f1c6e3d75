import { OwnedShard, ShardFold, type ShardDirectory, type ShardParticipant } from '@icmp-mon/shard/engine';
import type { Status, StatusReason } from '@icmp-mon/status/contract';
import { type ChangeRow, StatusParticipant, type StoredStatuses } from '@icmp-mon/status/server';
import { decodePairChanges, type PairChangeRecord } from '@icmp-mon/status/wire';
import { describe, expect, it } from 'vitest';
import { generateLog, targetIdOf } from '@icmp-mon/shard/engine/testing';
import { Newcomer } from './newcomer.test-data';
import { immediateRows, type SimulatedRows, SimulatedTables } from './simulated-tables';

const KEYS = [1, 2, 3, 4, 5, 6];
const { records } = generateLog({ seed: 5, targetKeys: KEYS, seconds: 240, shard: 0 });
const MIDDLE = Math.floor(records.length / 2);

type PairChangeMark = NonNullable<StoredStatuses['pairChanges']>;
interface StatusHead {
  changeSeq: number;
  states: [key: number, status: Status, reason: StatusReason, sinceMs: number][];
  pairChanges: PairChangeMark;
}
type Rows = SimulatedRows;

const statusOnly =
  (tables = new SimulatedTables()) =>
  (directory: () => ShardDirectory): ShardParticipant<Rows>[] => [new StatusParticipant(0, directory, tables.status)];

function foldOf(participants: (directory: () => ShardDirectory) => ShardParticipant<Rows>[]): ShardFold<Rows> {
  const fold: ShardFold<Rows> = new ShardFold(
    0,
    participants(() => fold.directory),
  );
  return fold;
}

/** Returns the stored rows after a release wrote effects up to the middle of the log; the last change has the number in the head. */
async function storedBy(head: StatusHead): Promise<SimulatedTables> {
  const tables = new SimulatedTables();
  const votes = { selected: 3, needed: 2, up: 0, degraded: 0, down: 0, unknown: 0 };
  const changes = head.states.map(([key, status, reason, sinceMs], at): ChangeRow => ({
    ...{ change_seq: head.changeSeq - head.states.length + 1 + at, target_key: key, target_id: targetIdOf(key) },
    ...{ ip: '127.0.0.1', vrf: 'default', tier: 'standard', from_status: 'unknown', to_status: status, reason, votes },
    ...{ at: new Date(sinceMs), since: new Date(sinceMs), last_success_at: null, removed: false, position: MIDDLE },
    ...{ began_at: null, flapping_since: null, flapping_changes: null },
  }));
  await tables.status.storeChanges(immediateRows, 0, changes);
  return tables;
}

interface AfterTakeover {
  changes: ChangeRow[];
  pairChanges: PairChangeRecord[];
  warnings: object[];
}

async function changesAfterTakeover(head: StatusHead, sealed: PairChangeMark | null = null): Promise<AfterTakeover> {
  const warnings: object[] = [];
  const tables = await storedBy(head);
  if (sealed) tables.pairChanges.push({ ...sealed, atMs: 0, pairs: 0, body: new Uint8Array(), position: 0, shard: 0 });
  const stored = {
    checkpoint: null,
    checkpointPosition: -1,
    positions: new Map([['status', MIDDLE]]),
    committedAhead: new Map(),
  };
  const owned = await OwnedShard.load<Rows>(
    { rows: immediateRows, loadShard: async () => stored },
    { shard: 0, epoch: 2 },
    statusOnly(tables),
    (_message, detail) => warnings.push(detail),
  );
  tables.changes.length = tables.pairChanges.length = 0;
  records.forEach((record, offset) => owned.applyRecord(offset, record));
  for (const write of owned.takeCommit(true)?.writes ?? []) await write.writeRows(immediateRows);
  const pairChanges = tables.pairChanges.flatMap(({ body }) => {
    const decoded = decodePairChanges(body);
    return decoded.ok ? [decoded.record] : [];
  });
  return { changes: tables.changes, pairChanges, warnings };
}

/** Verdicts of the pairs that a consumer of the records knows, sorted. */
function verdictsAfter(records: readonly PairChangeRecord[]): string[] {
  const known = new Map<string, number>();
  for (const { restarts, changes } of records) {
    if (restarts) known.clear();
    for (const { targetKey, check, agentId, to } of changes) known.set(`${targetKey}/${check}/${agentId}`, to);
  }
  return [...known].map(([pair, verdict]) => `${pair} ${verdict}`).sort();
}

/** Kind of the records of thresholds, which older releases skip. */
const THRESHOLDS = 4;

function headAtMiddle(isSkipped: (record: Uint8Array) => boolean = () => false): StatusHead {
  const fold = foldOf(statusOnly());
  for (const [offset, record] of records.slice(0, MIDDLE + 1).entries()) {
    if (!isSkipped(record)) fold.applyRecord(offset, record, () => Infinity);
  }
  return fold.participants[0].checkpoint().head as StatusHead;
}

describe('a shard after an upgrade', () => {
  it('continues exactly where the previous release was, if it judged by the same rules', async () => {
    const head = headAtMiddle();
    const { changes, warnings } = await changesAfterTakeover(head);
    expect(warnings).toEqual([]);
    expect(changes[0]?.change_seq).toBe(head.changeSeq + 1);
  });

  it('keeps numbers and statuses of the previous rules, and publishes the differences as new changes', async () => {
    const head = headAtMiddle();
    const differing = head.states.find(([, status]) => status === 'up');
    if (!differing) throw new Error('no target is up in the middle of the log: choose another seed');
    const older: StatusHead = {
      ...head,
      changeSeq: head.changeSeq + 40,
      states: head.states.map((state) =>
        state === differing ? [state[0], 'down', 'quorum_down', state[3] - 5_000] : state,
      ),
    };
    const { changes, warnings } = await changesAfterTakeover(older);
    expect(warnings).toEqual([{ shard: 0, participant: 'status', differing: 2 }]);
    expect(changes.map(({ change_seq }) => change_seq)).toEqual(changes.map((_, at) => older.changeSeq + 1 + at));
    const first = changes.find(({ target_key }) => target_key === differing[0]);
    expect(first).toMatchObject({ from_status: 'down' });
    const others = changes.filter(({ target_key }) => target_key !== differing[0]);
    const alike = await changesAfterTakeover(head);
    expect(others.map(({ target_key, to_status }) => [target_key, to_status])).toEqual(
      alike.changes
        .filter(({ target_key }) => target_key !== differing[0])
        .map(({ target_key, to_status }) => [target_key, to_status]),
    );
  });

  it('publishes as new changes which targets are degraded, after a release that did not know thresholds', async () => {
    const older = headAtMiddle((record) => record[0] === THRESHOLDS);
    const newer = headAtMiddle();
    const statuses = ({ states }: StatusHead): string[] => states.map(([key, status]) => `${key} ${status}`);
    const differing = statuses(newer).filter((line) => !statuses(older).includes(line));
    expect(differing.filter((line) => line.endsWith('degraded'))).not.toEqual([]);
    const { changes, warnings } = await changesAfterTakeover(older);
    expect(warnings).toMatchObject([{ participant: 'status' }]);
    expect(changes.map(({ change_seq }) => change_seq)).toEqual(changes.map((_, at) => older.changeSeq + 1 + at));
    // Each change continues the stored status, and the last ones are those of a fold that always knew thresholds.
    const after = new Map(older.states.map(([key, status]) => [key, status]));
    for (const { target_key, from_status, to_status } of changes) {
      expect(from_status).toBe(after.get(target_key));
      after.set(target_key, to_status);
    }
    const whole = foldOf(statusOnly());
    records.forEach((record, offset) => whole.applyRecord(offset, record, () => -1));
    const { states } = whole.participants[0].checkpoint().head as StatusHead;
    expect([...after].map(([key, status]) => `${key} ${status}`)).toEqual(statuses({ ...older, states }));
  });

  it('replaces the verdicts of pairs if the previous release sealed other records of their changes', async () => {
    const head = headAtMiddle();
    const { changeSeq, chain } = head.pairChanges;
    const alike = await changesAfterTakeover(head, { changeSeq, chain });
    expect(alike.warnings).toEqual([]);
    expect(alike.pairChanges[0]).toMatchObject({ restarts: false, changeSeq: changeSeq + 1 });
    const other = await changesAfterTakeover(head, { changeSeq: changeSeq + 7, chain: chain + 1 });
    expect(other.warnings).toEqual([{ shard: 0, participant: 'status', differing: 1 }]);
    expect(other.pairChanges[0]).toMatchObject({ restarts: true, changeSeq: changeSeq + 8 });
    expect(other.pairChanges.filter(({ restarts }) => restarts)).toHaveLength(1);
    expect(verdictsAfter(other.pairChanges)).not.toEqual([]);
    const all = await changesAfterTakeover(head, null);
    expect(verdictsAfter(other.pairChanges)).toEqual(verdictsAfter(all.pairChanges));
    // A release without pair changes stored none: nothing differs.
    expect(all).toMatchObject({ warnings: [] });
    expect(all.pairChanges[0]).toMatchObject({ restarts: true, changeSeq: 1 });
  });

  it('reads checkpoints of releases with one participant more or fewer', () => {
    const newer = (directory: () => ShardDirectory): ShardParticipant<Rows>[] => [
      ...statusOnly()(directory),
      new Newcomer(),
    ];
    const [withNewcomer, without] = [foldOf(newer), foldOf(statusOnly())];
    records.forEach((record, offset) => {
      withNewcomer.applyRecord(offset, record, () => -1);
      without.applyRecord(offset, record, () => -1);
    });
    const [rolledBack, upgraded] = [foldOf(statusOnly()), foldOf(newer)];
    rolledBack.restore(withNewcomer.checkpoint());
    expect(rolledBack.digest()).toBe(without.digest());
    upgraded.restore(without.checkpoint());
    expect(upgraded.participants[0].checkpoint()).toEqual(without.participants[0].checkpoint());
  });
});
