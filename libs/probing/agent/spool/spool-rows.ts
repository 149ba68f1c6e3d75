import type { DatabaseSync } from 'node:sqlite';
import type { EncodedBody, Lane } from '@icmp-mon/probing/wire';
import type { AgentLog } from '../agent-log';
import type { SpoolAccounts } from './spool-accounts';
import { DamagedSpool } from './spool-database';
import type { Statements } from './spool-statements';
import { type BlockRow, checksumOf, type NewBlock, type SpooledBlock } from './spooled-block';

const REFUSED_MAX = 1_000;
const DROP_ROWS_MAX = 2_000;
const SHRINK_EVERY = 30;
const SHRINK_PAGES = 256;

/** Identity of a block that is shipped. */
export interface BlockIdentity {
  lane: Lane;
  boot: number;
  sequence: number;
}

/** Writes to the rows of a spool, within a transaction; each keeps the accounts exact. */
export class SpoolRows {
  private calls = 0;

  constructor(
    private readonly database: DatabaseSync,
    private readonly statements: Statements,
    private readonly accounts: SpoolAccounts,
    private readonly log: AgentLog,
  ) {}

  /** Ids of the oldest stored block and of the last block ever stored. */
  ids(): { oldest: number; last: number } {
    return this.statements.ids.get() as { oldest: number; last: number };
  }

  /** Stores a block, with its identity if it is shipped next. Returns its id. */
  insertBlock(block: NewBlock, identity: BlockIdentity | null): number {
    const { body, shard, policyVersion, liveUntilMs } = block;
    const { baseTimeMs, count, rawLength, stored } = body;
    const { lastInsertRowid } = this.statements.insert.run(
      ...[shard, policyVersion, baseTimeMs, liveUntilMs, count, rawLength, stored ? 1 : 0, checksumOf(block)],
      ...(identity === null ? [null, null, null] : [identity.lane, identity.boot, identity.sequence]),
      body.bytes,
    );
    this.accounts.addBlock(body);
    return Number(lastInsertRowid);
  }

  /** Assigns the identity under which a block is shipped. */
  assignIdentity(id: number, { lane, boot, sequence }: BlockIdentity): void {
    this.statements.assign.run(lane, boot, sequence, id);
  }

  /** @throws DamagedSpool if the block cannot be deleted although it was read */
  removeBlock(id: number, body: Pick<EncodedBody, 'bytes' | 'count'>): void {
    if (this.statements.remove.run(id).changes === 0)
      throw new DamagedSpool(`block ${id} was read but cannot be deleted`);
    this.accounts.removeBlock(body);
  }

  /** Removes a block that is not what was written; its results count as dropped. */
  setDamagedAside({ id, count, body }: BlockRow): void {
    this.log.error({ id, count }, 'damaged block in the spool set aside, it cannot be shipped');
    this.removeBlock(id, { bytes: body, count });
    this.accounts.countQuarantined(1);
    this.accounts.countDropped(count);
  }

  /** Moves a block that the gateway refused permanently to the table of refused blocks. */
  setRefusedAside({ id, boot, sequence, shard, body }: SpooledBlock, reason: string, nowMs: number): void {
    this.statements.keepRefused.run(nowMs, reason, boot, sequence, shard, body.count, body.bytes);
    this.removeBlock(id, body);
  }

  /** Counts refused blocks, and keeps only the newest of them. */
  countRefused(blocks: number): void {
    this.accounts.countQuarantined(blocks);
    this.statements.pruneRefused.run(REFUSED_MAX);
  }

  /** Moves all unshipped blocks to the backfill lane, whose results are stored but not judged. */
  moveToBackfill(): void {
    this.statements.moveToBackfill.run();
  }

  /** Drops the oldest blocks, unshipped ones first, until the spool has at most `bytesMax`; blocks in flight are kept. */
  dropOldest(bytesMax: number, inFlight: ReadonlySet<number>): void {
    for (let rows = 0; this.accounts.current.bytes > bytesMax && rows < DROP_ROWS_MAX; rows++) {
      const oldest = (this.statements.oldestUnshipped.get() ?? this.statements.oldest.get()) as BlockRow | undefined;
      if (oldest === undefined || inFlight.has(oldest.id)) return;
      this.removeBlock(oldest.id, { bytes: oldest.body, count: oldest.count });
      this.accounts.countDropped(oldest.count);
    }
  }

  /** Returns free pages of a long backlog to the disk, a few at a time. */
  shrinkFile(): void {
    if (++this.calls % SHRINK_EVERY === 0) this.database.exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
  }

  /**
   * Finds rows that no index leads to, because bits of the index or of the row have changed: they would be neither sent nor dropped. A
   * rebuilt index finds them. @throws DamagedSpool otherwise
   */
  findStranded(isAnyFound: () => boolean): void {
    const { blocks } = this.accounts.current;
    if (blocks === 0 || isAnyFound()) return;
    this.database.exec('REINDEX block');
    if (!isAnyFound()) throw new DamagedSpool(`${blocks} blocks are in no lane`);
  }
}
