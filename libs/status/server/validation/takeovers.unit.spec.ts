import { OUTCOME } from '@icmp-mon/probing/contract';
import { LANE } from '@icmp-mon/probing/wire';
import { OwnedShard } from '@icmp-mon/shard/engine';
import { policyFact, seeded, targetFact } from '@icmp-mon/shard/engine/testing';
import { expect, it } from 'vitest';
import { ValidationParticipant } from './validation-participant';
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

const KEYS = [24, 8, 16];
const TIERS = ['edge', 'silent', 'plain', 'edge', 'unknown'];
const SELECTED = [[A], [A, B], [A, B], [B], []];

/** A log in which targets and tiers change, and blocks come late and twice. */
async function disturbedShard(random: () => number): Promise<ValidatedShard> {
  const pick = <V>(values: readonly V[]): V => values[Math.floor(random() * values.length)];
  const shard = await ValidatedShard.of([A, B], KEYS);
  await shard.fact(SILENT);
  await shard.fact(policyFact('plain', INTERVAL_MS));
  const [ping] = EDGE.checks;
  for (let round = 0; round < 60; round++) {
    const key = pick(KEYS);
    const dice = random();
    if (dice < 0.15) await shard.fact(targetFact(key, pick(TIERS), pick(SELECTED)));
    else if (dice < 0.2) await shard.fact({ ...targetFact(key, 'edge', []), paused: true });
    else if (dice < 0.25) await shard.fact({ kind: 'target-removed', targetKey: key });
    else if (dice < 0.3) await shard.fact({ ...EDGE, policyVersion: round, checks: pick([EDGE.checks, [ping]]) });
    for (const each of KEYS) {
      const outcome = random() < 0.05 ? OUTCOME.reply : pick([OUTCOME.timeout, OUTCOME.refused, OUTCOME.not_sent]);
      const ageMs = random() < 0.1 ? pick([20_000, 60_000]) : 0;
      const agent = pick([A, B]);
      const lane = ageMs > 20_000 ? LANE.backfill : LANE.live;
      await shard.addResults([{ key: each, check: TELNET, outcome, agent, ageMs }], lane);
      if (random() < 0.8) await shard.addResults([{ key: each, check: PING, agent }]);
      if (random() < 0.1) await shard.applyRecord(shard.records[shard.records.length - 1]);
    }
    await shard.passTime(random() < 0.1 ? 60_000 : INTERVAL_MS);
  }
  return shard;
}

/** The tables of one shard, with the checkpoint and the position that its owners store. */
class StoredShard {
  readonly tables = new MemoryTables();
  readonly warnings: string[] = [];
  private checkpoint: Uint8Array | null = null;
  private checkpointPosition = 0;
  private position = 0;

  async takeOver(): Promise<OwnedShard<null>> {
    this.tables.stored = storedOf(this.tables);
    const { checkpoint, checkpointPosition, position } = this;
    const positions = new Map(position === 0 ? [] : [['validation', position]]);
    const loadShard = async () => ({ checkpoint, checkpointPosition, positions, committedAhead: new Map() });
    return OwnedShard.load<null>(
      { rows: null, loadShard },
      { shard: 0, epoch: 1 },
      (directory) => [new ValidationParticipant<null>(0, directory, this.tables)],
      (message) => this.warnings.push(message),
    );
  }

  async commit(owned: OwnedShard<null>, isCheckpointDue: boolean): Promise<void> {
    const commit = owned.takeCommit(isCheckpointDue);
    if (commit === null) return;
    for (const write of commit.writes) await write.writeRows(null);
    this.position = commit.positions.get('validation') ?? this.position;
    if (commit.checkpoint) ({ bytes: this.checkpoint, position: this.checkpointPosition } = commit.checkpoint);
    owned.afterCommit(commit);
  }
}

/** Returns the rows of checks without what they state about probes, which is as old as the commit that wrote them. */
function statusesOf({ statuses }: MemoryTables): unknown {
  return [...statuses.values()]
    .map(({ last_proof_at: _proof, last_answer: _answer, open_entry, ...row }) => ({ ...row, from: open_entry.from }))
    .sort((a, b) => a.target_key - b.target_key);
}

it.each([1, 2, 3, 4, 5, 6])('takeovers at any record leave the same state, rows and logs (seed %i)', async (seed) => {
  const random = seeded(seed);
  const shard = await disturbedShard(random);
  const stored = new StoredShard();
  let owned = await stored.takeOver();
  for (let crashes = 0; owned.offset < shard.records.length;) {
    owned.applyRecord(owned.offset + 1, shard.records[owned.offset]);
    const dice = random();
    if (dice < 0.3) await stored.commit(owned, dice < 0.01);
    else if (dice < 0.31 && crashes++ < 20) owned = await stored.takeOver();
  }
  await stored.commit(owned, true);
  expect(stored.warnings).toEqual([]);
  expect(owned.fold.digest()).toBe(shard.fold.digest());
  expect(stored.tables.changes).toEqual(shard.tables.changes);
  expect(stored.tables.entries).toEqual(shard.tables.entries);
  expect(statusesOf(stored.tables)).toEqual(statusesOf(shard.tables));
});
