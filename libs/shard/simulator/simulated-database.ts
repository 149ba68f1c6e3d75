import { LEASE_AHEAD_MS_MAX } from '@icmp-mon/platform/leases';
import {
  type Backend,
  type Claim,
  LEASE_TTL_MS,
  type StoredShard,
  type TakenShard,
  type Taking,
} from '@icmp-mon/shard/engine';
import { Deadlock, type LockMode, RowLocks } from './row-locks';
import { Session } from './session';
import { SimulatedTables } from './simulated-tables';
import type { World } from './world';

/** Number used like a row for the lock that commits share and a rebuild holds exclusively. */
const FENCE = -1;

interface ShardRow {
  epoch: number;
  holder: string | null;
  expiresAtMs: number;
  backend: Backend | null;
  stored: StoredShard;
}

/** Receives events of the database that a test judges. */
export interface DatabaseWitness {
  recordViolation(what: string): void;
  /** A lease expired without a release, and another projector took the shard. */
  recordLapse(shard: number, holder: string): void;
  checkpointStored(shard: number, position: number, bytes: Uint8Array): void;
}

/** The telemetry database: leases, positions and checkpoints of shards, with row locks, transactions and its own clock. */
export class SimulatedDatabase {
  readonly tables = new SimulatedTables();
  /** How far its clock is ahead of the world's, in ms. */
  clockAheadMs = 0;
  /** Number of takeovers so far. */
  takeovers = 0;
  commits = 0;
  private readonly shards: ShardRow[] = [];
  private readonly seenAtMs = new Map<string, number>();
  private readonly locks = new RowLocks<Session>();
  private readonly sessions = new Map<number, Session>();
  private pids = 0;

  constructor(
    private readonly world: World,
    private readonly witness: DatabaseWitness,
    /** Whether a projector may terminate another one's server process. */
    private readonly endsBackends: boolean,
  ) {}

  private get nowMs(): number {
    return this.world.nowMs + this.clockAheadMs;
  }

  get owners(): (string | null)[] {
    return this.shards.map(({ holder }) => holder);
  }

  storedShard(shard: number): StoredShard {
    return this.rowOf(shard).stored;
  }

  openSession(): Session {
    const pid = ++this.pids;
    const session = new Session({ pid, start: `at ${this.world.nowMs}` });
    this.sessions.set(pid, session);
    session.whenEnded(() => {
      this.sessions.delete(pid);
      this.locks.refuseWait(session, session.ended ?? new Error('the session ended'));
      this.rollback(session);
    });
    return session;
  }

  /** Runs a statement in its own transaction. */
  async statement<R>(work: (session: Session) => Promise<R> | R): Promise<R> {
    const session = this.openSession();
    try {
      return await work(session);
    } finally {
      session.endSession('done');
    }
  }

  private async lock(session: Session, row: number, mode: LockMode): Promise<void> {
    try {
      await this.locks.acquire(session, row, mode);
    } catch (error) {
      if (error instanceof Deadlock) this.witness.recordViolation(`a deadlock over the row of shard ${row}`);
      throw error;
    }
  }

  /** Returns the rows in random order: PostgreSQL does not guarantee in which order a statement locks rows. */
  private inAnyOrder<R>(rows: readonly R[]): R[] {
    const order = rows.map((row) => ({ row, at: this.world.random() }));
    return order.sort((a, b) => a.at - b.at).map(({ row }) => row);
  }

  private rowOf(shard: number): ShardRow {
    const row = this.shards[shard];
    if (!row) throw new Error(`The telemetry database has no shard ${shard}.`);
    return row;
  }

  // Leases, like in PostgresShardStore.

  countShards(): number {
    return this.shards.length;
  }

  addShards(shardCount: number): void {
    while (this.shards.length < shardCount) {
      const stored = { checkpoint: null, checkpointPosition: -1, positions: new Map(), committedAhead: new Map() };
      this.shards.push({ epoch: 0, holder: null, expiresAtMs: -Infinity, backend: null, stored });
    }
  }

  noteSeen(holder: string): void {
    this.seenAtMs.set(holder, this.nowMs);
  }

  forgetProjector(holder: string): void {
    this.seenAtMs.delete(holder);
  }

  countProjectors(ttlMs: number): number {
    const from = this.nowMs - ttlMs;
    return [...this.seenAtMs.values()].filter((atMs) => atMs >= from && atMs <= this.nowMs + LEASE_AHEAD_MS_MAX).length;
  }

  freeShards(holder: string, limit: number): number[] {
    const free = [...this.shards.keys()].filter((shard) => {
      const row = this.shards[shard];
      return row.holder !== holder && !this.isHeld(row);
    });
    return free.slice(0, limit);
  }

  private isHeld({ holder, expiresAtMs }: ShardRow): boolean {
    const leftMs = expiresAtMs - this.nowMs;
    return holder !== null && leftMs > 0 && leftMs <= LEASE_TTL_MS + LEASE_AHEAD_MS_MAX;
  }

  async renewLeases(session: Session, holder: string, ttlMs: number): Promise<Claim[]> {
    const beganMs = this.nowMs;
    const renewed: Claim[] = [];
    for (const [shard, row] of this.shards.entries()) {
      if (row.holder !== holder) continue;
      await this.lock(session, shard, 'FOR NO KEY UPDATE');
      if (row.holder !== holder) continue;
      row.expiresAtMs = beganMs + ttlMs;
      renewed.push({ shard, epoch: row.epoch });
    }
    return renewed;
  }

  private mayTake({ shard, holder, retake }: Taking): boolean {
    const row = this.rowOf(shard);
    return !this.isHeld(row) || (retake && row.holder === holder);
  }

  endFormerWriter(taking: Taking): void {
    const { backend } = this.rowOf(taking.shard);
    if (!this.endsBackends || !backend || backend.pid === taking.backend.pid || !this.mayTake(taking)) return;
    this.sessions.get(backend.pid)?.endSession('terminating connection due to administrator command');
  }

  async raiseEpoch(session: Session, taking: Taking): Promise<TakenShard | null> {
    if (!this.mayTake(taking)) return null;
    await this.lock(session, taking.shard, 'FOR UPDATE');
    if (!this.mayTake(taking)) return null;
    this.takeovers++;
    const { shard, holder, backend, ttlMs } = taking;
    const row = this.rowOf(shard);
    if (row.holder !== null && row.holder !== holder) this.witness.recordLapse(shard, row.holder);
    const aheadS = Math.max(0, (row.expiresAtMs - this.nowMs - LEASE_TTL_MS) / 1_000);
    Object.assign(row, { epoch: row.epoch + 1, holder, backend, expiresAtMs: this.nowMs + ttlMs });
    return { shard, epoch: row.epoch, aheadS };
  }

  async releaseLeases(session: Session, holder: string, claims: readonly Claim[]): Promise<void> {
    const isMine = ({ shard, epoch }: Claim): boolean => {
      const row = this.rowOf(shard);
      return row.holder === holder && row.epoch === epoch;
    };
    for (const claim of this.inAnyOrder(claims).filter(isMine)) {
      await this.lock(session, claim.shard, 'FOR NO KEY UPDATE');
      if (isMine(claim)) {
        Object.assign(this.rowOf(claim.shard), { holder: null, backend: null, expiresAtMs: -Infinity });
      }
    }
  }

  // Transactions of commits, like in PostgresCommit.

  async passFence(session: Session): Promise<void> {
    await this.lock(session, FENCE, 'FOR SHARE');
  }

  /** Blocks commits, like a rebuild does while it compares. */
  async holdCommits(session: Session): Promise<void> {
    await this.lock(session, FENCE, 'FOR UPDATE');
  }

  async lockClaims(session: Session, claims: readonly Claim[], mode: LockMode): Promise<number[]> {
    const locked: number[] = [];
    for (const { shard, epoch } of this.inAnyOrder(claims)) {
      if (this.rowOf(shard).epoch !== epoch) continue;
      await this.lock(session, shard, mode);
      if (this.rowOf(shard).epoch !== epoch) continue;
      session.claims.set(shard, epoch);
      locked.push(shard);
    }
    return locked;
  }

  /** Adds a write to the session's transaction. */
  stage(session: Session, shard: number, effect: () => void): void {
    session.throwIfEnded();
    session.staged.push({ shard, effect });
  }

  async stageCheckpoint(session: Session, { shard, epoch }: Claim, position: number, bytes: Uint8Array): Promise<void> {
    await this.lock(session, shard, 'FOR NO KEY UPDATE');
    this.stage(session, shard, () => {
      const row = this.rowOf(shard);
      if (row.epoch !== epoch) return;
      if (position < row.stored.checkpointPosition) {
        this.witness.recordViolation(
          `the checkpoint of shard ${shard} went back from ${row.stored.checkpointPosition} to ${position}`,
        );
      }
      Object.assign(row.stored, { checkpoint: bytes, checkpointPosition: position });
      this.witness.checkpointStored(shard, position, bytes);
    });
  }

  storePosition(shard: number, participant: string, position: number): void {
    const { positions } = this.storedShard(shard);
    const before = positions.get(participant) ?? -1;
    if (position < before) {
      this.witness.recordViolation(
        `the position of ${participant} in shard ${shard} went back from ${before} to ${position}`,
      );
    }
    positions.set(participant, position);
  }

  /** Makes the writes of the session's transaction durable. */
  commit(session: Session): void {
    session.throwIfEnded();
    this.commits++;
    for (const [shard, epoch] of session.claims) {
      const row = this.rowOf(shard);
      if (row.epoch !== epoch)
        this.witness.recordViolation(`shard ${shard} was committed under epoch ${epoch}, it has ${row.epoch}`);
      if (row.backend?.pid !== session.backend.pid) {
        this.witness.recordViolation(`shard ${shard} was committed over a connection other than the one in its row`);
      }
    }
    for (const { shard, effect } of session.staged) {
      if (!session.claims.has(shard))
        this.witness.recordViolation(`rows of shard ${shard} were written without its lock`);
      effect();
    }
    this.rollback(session);
  }

  /** Ends the session's transaction and discards its writes. */
  rollback(session: Session): void {
    session.staged.length = 0;
    session.claims.clear();
    this.locks.releaseLocks(session);
  }
}
