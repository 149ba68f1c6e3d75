import { compressChecked, decompressBounded } from '@icmp-mon/platform/zstd';
import type { Sql } from '@icmp-mon/platform/database';
import type { FeedFact } from '@icmp-mon/probing/contract';
import { CheckpointUnreadable } from './checkpoint-codec';
import { passCommitFence } from './commit-fence';
import { ShardFold } from './fold';
import type { Claim } from './ownership';
import type { PendingWrite, ShardParticipant } from './participant';
import type { WriterTransaction } from './writer';

/** Lower than every position that a shard ever stored. */
const BEFORE_ANY = -2;
/** Records applied beyond the last commit before reading waits for one. */
const UNCOMMITTED_RECORDS_MAX = 5_000;
/** The same of rows, which are in memory until then; the last record may make more of them. */
const UNCOMMITTED_ROWS_MAX = 20_000;
const CHECKPOINT_BYTES_MAX = 1024 * 1024 * 1024;

interface StoredShard {
  checkpoint: Buffer | null;
  checkpoint_position: number;
}

/** What one commit writes for one shard. */
export interface ShardCommit {
  claim: Claim;
  writes: PendingWrite[];
  positions: Map<string, number>;
  /** Keys whose effects are stored up to `offset` before the position of their participant is. */
  ahead: Map<string, readonly number[]>;
  /** Participants that have caught up with such keys. */
  caughtUp: string[];
  offset: number;
  /** The shard's own time at these positions, ms since 1970; 0 before the first tick. */
  atMs: number;
  checkpoint: { position: number; bytes: Uint8Array } | null;
}

/** A shard that this process owns: its fold, and how far each participant's effects are stored. */
export class OwnedShard {
  offset: number;
  /** Set when following the log ended with an error; the shard is then taken over afresh. */
  failure: Error | null = null;
  /** How many records had been applied when the last commit took their effects. */
  private committedRecords = 0;
  /** Participants of which keys are stored ahead. */
  private readonly aheadStored: Set<string>;
  /** Those that have not come to their stored position yet. */
  private replaying: ShardParticipant[];

  private constructor(
    readonly claim: Claim,
    readonly fold: ShardFold,
    private readonly positions: Map<string, number>,
    /** By participant and key; forgotten once the replay is past it. */
    private readonly ahead: Map<string, Map<number, number>>,
    checkpointPosition: number,
    private readonly warn: (message: string, detail: Record<string, unknown>) => void,
  ) {
    this.offset = checkpointPosition;
    this.aheadStored = new Set(ahead.keys());
    this.replaying = fold.participants.filter((each) => each.resume !== undefined);
  }

  /**
   * Loads the latest checkpoint (`fresh`: does without it) and the positions; records from `offset + 1` on are to be applied.
   * @throws CheckpointUnreadable whatever is wrong with it
   */
  static async load(
    sql: Pick<Sql, 'query'>,
    claim: Claim,
    participantsOf: (directory: () => ShardFold['directory']) => ShardParticipant[],
    warn: (message: string, detail: Record<string, unknown>) => void,
    fresh = false,
  ): Promise<OwnedShard> {
    const [stored] = await sql.query<StoredShard>(
      'SELECT checkpoint, checkpoint_position::float8 AS checkpoint_position FROM shard WHERE shard = $1',
      [claim.shard],
    );
    if (!stored) throw new Error(`There is no shard ${claim.shard} in the telemetry database.`);
    const rows = await sql.query<{ participant: string; position: number }>(
      'SELECT participant, position::float8 AS position FROM shard_position WHERE shard = $1',
      [claim.shard],
    );
    const aheadRows = await sql.query<{ participant: string; key: number; position: number }>(
      'SELECT participant, key::float8 AS key, position::float8 AS position FROM shard_ahead WHERE shard = $1',
      [claim.shard],
    );
    const fold: ShardFold = new ShardFold(
      claim.shard,
      participantsOf(() => fold.directory),
      warn,
    );
    if (stored.checkpoint && !fresh) restore(fold, stored.checkpoint);
    for (const participant of fold.participants) await participant.recall?.(sql);
    const positions = new Map(rows.map(({ participant, position }) => [participant, position]));
    const ahead = new Map<string, Map<number, number>>();
    for (const { participant, key, position } of aheadRows) {
      let keys = ahead.get(participant);
      if (!keys) ahead.set(participant, (keys = new Map()));
      keys.set(key, position);
    }
    return new OwnedShard(claim, fold, positions, ahead, stored.checkpoint_position, warn);
  }

  get shard(): number {
    return this.claim.shard;
  }

  /** Whether everything that was stored before the takeover has been replayed. */
  get isCaughtUp(): boolean {
    return this.ahead.size === 0 && [...this.positions.values()].every((position) => position <= this.offset);
  }

  /** Whether enough waits for a commit that reading should do so too. */
  get awaitsCommit(): boolean {
    const rows = this.fold.participants.reduce((sum, each) => sum + (each.waitingRows?.() ?? 0), 0);
    if (rows > UNCOMMITTED_ROWS_MAX) return true;
    return this.isCaughtUp && this.fold.counters.records - this.committedRecords > UNCOMMITTED_RECORDS_MAX;
  }

  apply(offset: number, value: Uint8Array): void {
    if (this.replaying.length > 0) this.resume((participant) => offset > (this.positions.get(participant) ?? -1));
    this.fold.apply(
      offset,
      value,
      (participant) => this.positions.get(participant) ?? -1,
      (participant) => this.ahead.get(participant) ?? null,
    );
    this.offset = offset;
    for (const [participant, keys] of this.ahead) {
      if ([...keys.values()].every((position) => position <= offset)) this.ahead.delete(participant);
    }
  }

  private resume(isDue: (participant: string) => boolean): void {
    for (const participant of this.replaying.filter(({ name }) => isDue(name))) {
      const differing = participant.resume?.() ?? 0;
      if (differing === 0) continue;
      const detail = { shard: this.shard, participant: participant.name, differing };
      this.warn(
        'a replay came to other results than those stored, as after a change of rules; the stored count',
        detail,
      );
    }
    this.replaying = this.replaying.filter(({ name }) => !isDue(name));
  }

  /**
   * Goes on behind `position` although records before it may be lost. With `newLog` what was stored has positions of another
   * log; else effects that are stored beyond `position` stay known as such. Returns what stores that, with a checkpoint.
   */
  async skip(
    transaction: WriterTransaction,
    {
      position,
      newLog,
      ...feed
    }: { position: number; newLog: boolean; facts: readonly FeedFact[]; feedPosition: number },
  ): Promise<ShardCommit> {
    this.resume(() => true);
    if (newLog) for (const name of this.positions.keys()) this.positions.set(name, BEFORE_ANY);
    this.ahead.clear();
    this.offset = position;
    await this.fold.skip(transaction, { position, newLog, ...feed });
    await this.prepare();
    const commit = this.take(true);
    if (this.hasPending()) throw new Error(`Shard ${this.shard} keeps effects that were to be stored.`);
    const checkpoint = { position, bytes: compressChecked(this.fold.checkpoint()) };
    const { writes, positions } = commit ?? { writes: [], positions: new Map<string, number>() };
    const caughtUp = [...this.aheadStored];
    const ahead = new Map<string, readonly number[]>();
    return {
      claim: this.claim,
      writes,
      positions,
      ahead,
      caughtUp,
      offset: position,
      atMs: this.fold.nowMs,
      checkpoint,
    };
  }

  hasPending(): boolean {
    return this.fold.participants.some((participant) => participant.hasPending());
  }

  wantsCheckpoint(): boolean {
    return this.isCaughtUp && this.fold.participants.some((participant) => participant.wantsCheckpoint?.() === true);
  }

  async prepare(): Promise<void> {
    for (const participant of this.fold.participants) await participant.prepare?.();
  }

  /**
   * Takes what is to be written now, in one go. With `checkpoint` every participant gives all it has, so that the
   * stored state has no effects outstanding; should one not be able to, there is no checkpoint this time.
   */
  take(checkpoint: boolean): ShardCommit | null {
    this.committedRecords = this.fold.counters.records;
    const writes: PendingWrite[] = [];
    const positions = new Map<string, number>();
    const ahead = new Map<string, readonly number[]>();
    for (const participant of this.fold.participants) {
      const write = participant.take(checkpoint);
      if (write) writes.push(write);
      if (write?.ahead) ahead.set(participant.name, write.ahead);
      const stored = this.positions.get(participant.name) ?? -1;
      if (!participant.hasPending() && this.offset > stored) positions.set(participant.name, this.offset);
    }
    const complete = this.isCaughtUp && !this.hasPending();
    const bytes = checkpoint && complete ? compressChecked(this.fold.checkpoint()) : null;
    if (writes.length === 0 && positions.size === 0 && !bytes) return null;
    return {
      claim: this.claim,
      writes,
      positions,
      ahead,
      // While the replay is not past them, a further takeover needs them still.
      caughtUp: [...this.aheadStored].filter((name) => positions.has(name) && !this.ahead.has(name)),
      offset: this.offset,
      atMs: this.fold.nowMs,
      checkpoint: bytes && { position: this.offset, bytes },
    };
  }

  committed(commit: ShardCommit): void {
    for (const [participant, position] of commit.positions) this.positions.set(participant, position);
    for (const participant of commit.caughtUp) this.aheadStored.delete(participant);
    for (const participant of commit.ahead.keys()) this.aheadStored.add(participant);
    for (const write of commit.writes) write.committed?.();
  }
}

function restore(fold: ShardFold, checkpoint: Uint8Array): void {
  try {
    fold.restore(decompressBounded(checkpoint, CHECKPOINT_BYTES_MAX));
  } catch (error) {
    if (error instanceof CheckpointUnreadable) throw error;
    throw new CheckpointUnreadable(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Thrown when another process has taken a shard: nothing of the commit may stand. */
export class EpochLost extends Error {
  constructor(shards: readonly number[]) {
    super(`shards ${shards.join(', ')} belong to another projector now`);
    this.name = 'EpochLost';
  }
}

/** Writes several shards' commits inside one transaction. Throws `EpochLost` when one of them is no longer ours. */
export async function writeCommits(transaction: WriterTransaction, commits: readonly ShardCommit[]): Promise<void> {
  const shards = commits.map(({ claim }) => claim.shard);
  const epochs = commits.map(({ claim }) => claim.epoch);
  await passCommitFence(transaction);
  // The row lock keeps a successor's takeover waiting until this transaction has ended either way; leases are renewed beside it.
  const held = await transaction.query<{ shard: number }>(
    `SELECT s.shard FROM shard s JOIN unnest($1::smallint[], $2::bigint[]) AS mine(shard, epoch)
       ON s.shard = mine.shard AND s.epoch = mine.epoch FOR KEY SHARE OF s`,
    [shards, epochs],
  );
  if (held.length !== shards.length) {
    throw new EpochLost(shards.filter((shard) => !held.some((row) => row.shard === shard)));
  }
  for (const commit of commits) {
    for (const write of commit.writes) await write.write(transaction);
  }
  const rows = commits.flatMap(({ claim, positions, atMs }) =>
    [...positions].map(([participant, position]) => ({ shard: claim.shard, participant, position, atMs })),
  );
  if (rows.length > 0) {
    await transaction.query(
      `INSERT INTO shard_position (shard, participant, position, log_at)
       SELECT shard, participant, position, to_timestamp(nullif("atMs", 0) / 1000)
       FROM jsonb_to_recordset($1::jsonb) AS r(shard smallint, participant text, position bigint, "atMs" float8)
       ON CONFLICT (shard, participant) DO UPDATE SET position = excluded.position, log_at = excluded.log_at`,
      [JSON.stringify(rows)],
    );
  }
  await writeAhead(transaction, commits);
  for (const { claim, checkpoint } of commits) {
    if (!checkpoint) continue;
    await transaction.query(
      'UPDATE shard SET checkpoint = $3, checkpoint_position = $4, checkpoint_at = now() WHERE shard = $1 AND epoch = $2',
      [claim.shard, claim.epoch, checkpoint.bytes, checkpoint.position],
    );
  }
}

async function writeAhead(transaction: WriterTransaction, commits: readonly ShardCommit[]): Promise<void> {
  const done = commits.flatMap(({ claim, caughtUp }) =>
    caughtUp.map((participant) => [claim.shard, participant] as const),
  );
  if (done.length > 0) {
    await transaction.query(
      `DELETE FROM shard_ahead a USING unnest($1::smallint[], $2::text[]) AS d(shard, participant)
       WHERE a.shard = d.shard AND a.participant = d.participant`,
      [done.map(([shard]) => shard), done.map(([, participant]) => participant)],
    );
  }
  const rows = commits.flatMap(({ claim, ahead, offset }) =>
    [...ahead].flatMap(([participant, keys]) =>
      keys.map((key) => ({ shard: claim.shard, participant, key, position: offset })),
    ),
  );
  if (rows.length === 0) return;
  await transaction.query(
    `INSERT INTO shard_ahead (shard, participant, key, position)
     SELECT shard, participant, key, position
     FROM jsonb_to_recordset($1::jsonb) AS r(shard smallint, participant text, key bigint, position bigint)
     ON CONFLICT (shard, participant, key) DO UPDATE SET position = excluded.position`,
    [JSON.stringify(rows)],
  );
}
