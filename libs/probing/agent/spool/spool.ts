import type { DatabaseSync } from 'node:sqlite';
import { LANE, type Lane } from '@icmp-mon/probing/wire';
import type { AgentLog } from '../agent-log';
import { nextBoot } from './boot-counter';
import { ClockPeriods, correctionOf } from './clock-periods';
import { HeldCount } from './held-count';
import { type MachineClock, machineClock } from './machine-clock';
import { salvageSpool } from './salvage';
import { checkWhole, DamagedSpool, isCorruption, isUnusable, openSpoolDatabase } from './spool-database';
import { prepare, readRows, readTotals, ROW_BYTES, type Statements, TOTALS, type Totals } from './spool-statements';
import { type BlockRow, blockOf, checksumOf, datedAnew, type NewBlock, type SpooledBlock } from './spooled-block';
import { WaitingBlocks } from './waiting-blocks';

export interface SpoolOptions {
  /** Existing folder, used by one agent only. */
  dir: string;
  /** Most bytes of blocks to keep; beyond that the oldest unsent blocks are dropped. */
  bytesMax: number;
  log: AgentLog;
  nowMs?: () => number;
  machine?: MachineClock;
}

export interface SpoolStats {
  blocks: number;
  bytes: number;
  /** Age of the oldest block, in seconds. */
  oldestS: number;
  /** Results ever made durable here, across restarts. */
  spooledResults: number;
  /** Blocks set aside because they were damaged or refused, and damaged spools. */
  quarantined: number;
  /** Results lost because the spool was full or damaged. */
  droppedResults: number;
}

export interface RefusedBlock {
  block: SpooledBlock;
  reason: string;
}

const REFUSED_MAX = 1_000;
const DROP_ROWS_MAX = 2_000;
const SHRINK_EVERY = 30;
const SHRINK_PAGES = 256;

/**
 * Keeps blocks durably until the gateway has acknowledged them.
 *
 *     append ──▶ waiting ──next──▶ in flight: lane, boot, sequence ──settle──▶ acknowledged ──▶ deleted with the next write
 *                                     │  ▲                              │
 *                                     └──┘ next, after a failure        └────▶ refused: set aside
 *
 * Invariants:
 *
 * 1. Durable: when `append` returns, the blocks survive SIGKILL and power failure. Each call blocks for one fsync at most.
 * 2. Identity: lane, boot and sequence are assigned durably at the first shipment and never change, so a repeated block is recognised.
 * 3. Order: a lane ships by (boot, sequence); a new block never overtakes one that waits for its sequence.
 * 4. Accounting: every result is stored, acknowledged, or counted as dropped, also when the file is damaged.
 * 5. Availability: a damaged file is replaced and never keeps the agent from starting.
 */
export class Spool {
  private database!: DatabaseSync;
  private statements!: Statements;
  private waiting!: WaitingBlocks;
  private totals!: Totals;
  /** The totals stored in the database. */
  private keptTotals!: Totals;
  private currentBoot = 0;
  private appends = 0;
  private nextSequence: Record<Lane, number> = { [LANE.live]: 0, [LANE.backfill]: 0 };
  /** Acknowledged blocks, deleted with the next write: shipping one again does no harm. */
  private acknowledged: SpooledBlock[] = [];
  private readonly inFlight: Record<Lane, SpooledBlock[]> = { [LANE.live]: [], [LANE.backfill]: [] };
  /** The live lane's next batch as it was appended: blocks that are shipped immediately are not read back. */
  private ready: SpooledBlock[] = [];
  private readonly held: HeldCount;
  private readonly nowMs: () => number;
  private readonly clock: ClockPeriods;

  /** Opens the spool. An unusable file is set aside and never keeps the agent from starting. */
  constructor(private readonly options: SpoolOptions) {
    this.nowMs = options.nowMs ?? Date.now;
    this.clock = new ClockPeriods(options.machine ?? machineClock(), this.nowMs);
    this.held = new HeldCount(options.dir);
    this.open();
  }

  get boot(): number {
    return this.currentBoot;
  }

  stats(): SpoolStats {
    let oldest: BlockRow | undefined;
    if (!this.isEmpty) this.whole(() => (oldest = this.statements.oldest.get() as BlockRow | undefined));
    const { spooledResults, quarantined, droppedResults } = this.totals;
    return {
      spooledResults,
      blocks: this.totals.blocks - this.acknowledged.length,
      bytes: this.totals.bytes - this.acknowledged.reduce((sum, { body }) => sum + body.bytes.length + ROW_BYTES, 0),
      oldestS: oldest === undefined ? 0 : Math.max(0, this.waiting.ageMs(oldest) / 1000),
      quarantined,
      droppedResults,
    };
  }

  /**
   * Stores blocks, in one transaction. With `shipsLive` they get their sequence in the live lane immediately, because the caller ships
   * them next; this saves a transaction. Throws if they cannot be made durable (disk full): the caller still has them.
   */
  append(blocks: readonly NewBlock[], shipsLive: boolean): void {
    let ready: SpooledBlock[] = [];
    this.write(() => {
      const nowMs = this.nowMs();
      const { droppedResults } = this.totals;
      ready = [];
      const ids = this.statements.ids.get() as { oldest: number; last: number };
      this.clock.note(this.database, ids.last + 1, ids.oldest);
      // A sequence assigned here must not overtake an older block that waits for its own.
      const live = shipsLive && this.nothingWaits(LANE.live);
      for (const block of blocks) {
        const assign = live && block.liveUntilMs >= nowMs;
        const { body, shard, policyVersion, liveUntilMs } = block;
        const { baseTimeMs, count, rawLength } = body;
        const sequence = assign ? this.nextSequence[LANE.live]++ : null;
        const { lastInsertRowid } = this.statements.insert.run(
          ...[shard, policyVersion, baseTimeMs, liveUntilMs, count, rawLength, body.stored ? 1 : 0, checksumOf(block)],
          ...(sequence === null ? [null, null, null] : [LANE.live, this.currentBoot, sequence]),
          body.bytes,
        );
        const id = Number(lastInsertRowid);
        const boot = this.currentBoot;
        if (sequence !== null) ready.push({ id, lane: LANE.live, boot, sequence, shard, policyVersion, body });
        this.totals.blocks++;
        this.totals.bytes += body.bytes.length + ROW_BYTES;
        this.totals.results += count;
        this.totals.spooledResults += count;
      }
      this.dropOldest();
      if (this.totals.droppedResults !== droppedResults) ready = this.ready = [];
      this.shrink();
    });
    if (ready.length > 0) this.ready = ready;
  }

  /**
   * Returns the next blocks of a lane, oldest first, with their identities: blocks that were shipped before and not settled, otherwise new
   * ones. One batch per lane at a time; call `settle` next.
   */
  next(lane: Lane, blocksMax: number, bytesMax: number): SpooledBlock[] {
    return (this.inFlight[lane] = this.takeReady(lane, blocksMax, bytesMax) ?? this.read(lane, blocksMax, bytesMax));
  }

  private takeReady(lane: Lane, blocksMax: number, bytesMax: number): SpooledBlock[] | undefined {
    if (this.isEmpty) return [];
    if (lane !== LANE.live) return undefined;
    const { ready } = this;
    this.ready = [];
    const bytes = ready.reduce((sum, { body }) => sum + body.bytes.length + ROW_BYTES, 0);
    return ready.length > 0 && ready.length <= blocksMax && bytes <= bytesMax ? ready : undefined;
  }

  private read(lane: Lane, blocksMax: number, bytesMax: number): SpooledBlock[] {
    const batch: SpooledBlock[] = [];
    let bytes = 0;
    const fits = (row: BlockRow): boolean =>
      batch.length < blocksMax && (batch.length === 0 || bytes + row.body.length + ROW_BYTES <= bytesMax);
    const ranges = this.clock.ranges();
    const take = (row: BlockRow, boot: number, sequence: number): void => {
      const block = blockOf(row, lane, boot, sequence);
      if (block === undefined) return this.setDamagedAside(row);
      batch.push(datedAnew(block, correctionOf(ranges, row.id)));
      bytes += row.body.length + ROW_BYTES;
    };
    this.write(
      () => {
        batch.length = bytes = 0;
        for (const row of readRows(this.statements.shipped.iterate(lane, blocksMax), bytesMax)) {
          if (!fits(row)) return;
          take(row, row.boot ?? 0, row.sequence ?? 0);
        }
        // A retry must not pull in more and more blocks: blocks that have aged by then use the backfill lane.
        if (batch.length > 0) return;
        for (const row of readRows(this.waiting.unshipped(lane, ranges, blocksMax), bytesMax)) {
          if (!fits(row)) return;
          const sequence = this.nextSequence[lane]++;
          this.statements.assign.run(lane, this.currentBoot, sequence, row.id);
          take(row, this.currentBoot, sequence);
        }
      },
      () => this.isReadOnly(lane),
    );
    if (batch.length === 0 && !this.isEmpty) this.write(() => this.mendStranded());
    return batch;
  }

  /** Deletes acknowledged blocks and sets refused ones aside. Blocks in neither list are shipped again. */
  settle(lane: Lane, done: readonly SpooledBlock[], refused: readonly RefusedBlock[]): void {
    // Blocks that were in flight when a damaged spool was set aside are not in this one.
    const flying = new Set(this.inFlight[lane]);
    this.inFlight[lane] = [];
    this.acknowledged.push(...done.filter((block) => flying.has(block)));
    this.held.write(this.heldResults);
    if (refused.length === 0) return;
    this.write(() => {
      for (const { block, reason } of refused) {
        if (!flying.has(block)) continue;
        const { boot, sequence, shard, body } = block;
        this.statements.keepRefused.run(this.nowMs(), reason, boot, sequence, shard, body.count, body.bytes);
        this.forget(block.id, body);
      }
      this.totals.quarantined += refused.length;
      this.statements.pruneRefused.run(REFUSED_MAX);
    });
  }

  /** Moves all unshipped blocks to the backfill lane, regardless of their age. */
  holdBack(): void {
    this.write(() => this.statements.holdBack.run());
  }

  /**
   * Continues under a higher boot that the gateway has not seen. After the machine was restored to an earlier state, the spool would reuse
   * sequences, and the gateway would drop all blocks as repeated. `presentMs`: the gateway's clock, because this machine's may be wrong.
   */
  beginBoot(presentMs: number): void {
    this.currentBoot = nextBoot(this.options.dir, Math.max(this.nowMs(), presentMs));
    this.nextSequence = { [LANE.live]: 0, [LANE.backfill]: 0 };
  }

  close(): void {
    if (this.acknowledged.length > 0) this.write(() => undefined);
    this.database.close();
    this.held.close();
  }

  private open(): void {
    let database: DatabaseSync | undefined;
    try {
      database = openSpoolDatabase(this.options.dir);
      this.use(database);
      this.recount();
    } catch (error) {
      if (!isUnusable(error)) throw error;
      if (database?.isOpen === true) database.close();
      this.replace(error, new Set());
    }
    this.startBoot();
  }

  private use(database: DatabaseSync): void {
    this.database = database;
    this.statements = prepare(database);
    this.clock.use(database);
    this.waiting = new WaitingBlocks(this.statements, this.clock, this.nowMs);
    this.keptTotals = readTotals(database);
    this.totals = { ...this.keptTotals };
  }

  private startBoot(): void {
    this.currentBoot = nextBoot(this.options.dir, this.nowMs());
    this.nextSequence = { [LANE.live]: 0, [LANE.backfill]: 0 };
    this.acknowledged = [];
    this.ready = [];
    this.inFlight[LANE.live] = [];
    this.inFlight[LANE.backfill] = [];
  }

  /** Continues with a new spool that contains everything readable of the damaged one; other results count as missing. */
  private replace(error: unknown, unwanted: ReadonlySet<number>): void {
    const { dir, log } = this.options;
    const salvage = salvageSpool(dir, this.nowMs(), unwanted);
    this.use(openSpoolDatabase(dir));
    this.totals.quarantined++;
    const missing = this.countRows();
    log.error(
      { err: error, dir, ...salvage, missing },
      'spool damaged: its readable blocks were salvaged into a new spool',
    );
  }

  /** Runs one transaction, which also deletes acknowledged blocks. If the file is damaged, it is set aside and the work repeated on a new one. */
  private write(work: () => void, isReadOnly = (): boolean => false): void {
    this.whole(() => this.transact(work, isReadOnly()));
  }

  /** Runs `work`; if the file turns out to be damaged, replaces it and runs `work` on the new one. */
  private whole(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isCorruption(error)) throw error;
      const { spooledResults, quarantined, droppedResults } = this.totals;
      this.held.write(this.heldResults);
      this.database.close();
      this.replace(error, new Set(this.acknowledged.map(({ id }) => id)));
      this.totals.droppedResults += droppedResults - this.keptTotals.droppedResults;
      this.totals.quarantined += quarantined - this.keptTotals.quarantined;
      this.totals.spooledResults = spooledResults;
      this.startBoot();
      work();
    }
  }

  private transact(work: () => void, readOnly: boolean): void {
    const before = { totals: { ...this.totals }, nextSequence: { ...this.nextSequence } };
    const periods = this.clock.known;
    this.database.exec(readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE');
    try {
      if (!readOnly) for (const { id, body } of this.acknowledged) this.forget(id, body);
      work();
      // The count in a damaged block may have been wrong.
      if (this.totals.blocks === 0) this.settleTotals();
      if (!readOnly) this.keepTotals();
      this.database.exec('COMMIT');
      if (readOnly) return;
      this.acknowledged = [];
      this.keptTotals = { ...this.totals };
      this.held.write(this.heldResults);
    } catch (error) {
      Object.assign(this, before);
      this.clock.restore(periods);
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private settleTotals(): void {
    this.totals.droppedResults += this.totals.results;
    this.totals.results = this.totals.bytes = 0;
  }

  private keepTotals(): void {
    for (const name of TOTALS) {
      if (this.totals[name] !== this.keptTotals[name]) this.statements.setTotal.run(name, this.totals[name]);
    }
  }

  /** Trusts the totals if the separate count agrees. Otherwise counts the rows, if the file is intact. */
  private recount(): void {
    const held = this.held.read();
    if (held === this.totals.results && this.totals.blocks > 0) return;
    if (this.countRows() > 0) checkWhole(this.database);
  }

  /** Counts the rows. Results that were held and are in no row are missing: returns how many. */
  private countRows(): number {
    Object.assign(this.totals, this.statements.count.get());
    const missing = Math.max(0, this.held.read() - this.totals.results);
    this.totals.droppedResults += missing;
    return missing;
  }

  /** Results that the gateway has not acknowledged. */
  private get heldResults(): number {
    return this.acknowledged.reduce((rest, { body }) => rest - body.count, this.totals.results);
  }

  /** Whether all stored blocks have been acknowledged. */
  private get isEmpty(): boolean {
    return this.totals.blocks === this.acknowledged.length;
  }

  /** Whether there is nothing to assign and nothing to delete: the batch can be read without an fsync. */
  private isReadOnly(lane: Lane): boolean {
    return this.acknowledged.length === 0 && !this.waiting.hasUnshipped(lane);
  }

  private nothingWaits(lane: Lane): boolean {
    return this.inFlight[lane].length === 0 && !this.waiting.hasShipped(lane);
  }

  private forget(id: number, body: { bytes: Uint8Array; count: number }): void {
    if (this.statements.remove.run(id).changes === 0)
      throw new DamagedSpool(`block ${id} was read but cannot be deleted`);
    this.totals.blocks--;
    this.totals.bytes -= body.bytes.length + ROW_BYTES;
    this.totals.results -= body.count;
  }

  /** Returns free pages of a long backlog to the disk, a few at a time. */
  private shrink(): void {
    if (++this.appends % SHRINK_EVERY === 0) this.database.exec(`PRAGMA incremental_vacuum(${SHRINK_PAGES})`);
  }

  private setDamagedAside(row: BlockRow): void {
    this.options.log.error(
      { id: row.id, count: row.count },
      'damaged block in the spool set aside, it cannot be shipped',
    );
    this.forget(row.id, { bytes: row.body, count: row.count });
    this.totals.quarantined++;
    this.totals.droppedResults += row.count;
  }

  /**
   * Finds rows that no index leads to, because bits of the index or of the row have changed: they would be neither sent nor dropped. A
   * rebuilt index finds them; otherwise the file is damaged.
   */
  private mendStranded(): void {
    if (this.totals.blocks === 0 || this.waiting.hasAny()) return;
    this.database.exec('REINDEX block');
    if (!this.waiting.hasAny()) throw new DamagedSpool(`${this.totals.blocks} blocks are in no lane`);
  }

  private dropOldest(): void {
    const flying = new Set([...this.inFlight[LANE.live], ...this.inFlight[LANE.backfill]].map(({ id }) => id));
    for (let rows = 0; this.totals.bytes > this.options.bytesMax && rows < DROP_ROWS_MAX; rows++) {
      const oldest = (this.statements.oldestUnshipped.get() ?? this.statements.oldest.get()) as BlockRow | undefined;
      if (oldest === undefined || flying.has(oldest.id)) return;
      this.forget(oldest.id, { bytes: oldest.body, count: oldest.count });
      this.totals.droppedResults += oldest.count;
    }
  }
}
