import { LANE, type Lane } from '@icmp-mon/probing/wire';
import { nextBoot } from './boot-counter';
import { correctionOf } from './clock-periods';
import { SpoolFile, type SpoolOptions, type SpoolStats } from './spool-file';
import type { BlockIdentity } from './spool-rows';
import { readRows, ROW_BYTES } from './spool-statements';
import { type BlockRow, blockOf, withTimesCorrected, type NewBlock, type SpooledBlock } from './spooled-block';

export interface RefusedBlock {
  block: SpooledBlock;
  reason: string;
}

/**
 * Keeps blocks durably until the gateway has acknowledged them.
 *
 *     append ──▶ waiting ──next──▶ in flight: lane, boot, sequence ──settle──▶ acknowledged ──▶ deleted with the next write
 *                                     │  ▲                              │
 *                                     └──┘ next, after a failure        └────▶ refused: set aside
 *
 * Invariants:
 *
 * 1. Durable: when `appendBlocks` returns, the blocks survive SIGKILL and power failure. Each call blocks for one fsync at most.
 * 2. Identity: lane, boot and sequence are assigned durably at the first shipment and never change, so a repeated block is recognised.
 * 3. Order: a lane ships by (boot, sequence); a new block never overtakes one that waits for its sequence.
 * 4. Accounting: every result is stored, acknowledged, or counted as dropped, also when the file is damaged.
 * 5. Availability: a damaged file is replaced and never keeps the agent from starting.
 */
export class Spool {
  private readonly file: SpoolFile;
  private currentBoot = 0;
  private nextSequence: Record<Lane, number> = { [LANE.live]: 0, [LANE.backfill]: 0 };
  private readonly inFlight: Record<Lane, SpooledBlock[]> = { [LANE.live]: [], [LANE.backfill]: [] };
  /** The live lane's next batch as it was appended: blocks that are shipped immediately are not read back. */
  private ready: SpooledBlock[] = [];
  private readonly nowMs: () => number;

  /** Opens the spool. An unusable file is set aside and never keeps the agent from starting. */
  constructor(private readonly options: SpoolOptions) {
    this.nowMs = options.nowMs ?? Date.now;
    this.file = new SpoolFile({ ...options, nowMs: this.nowMs }, () => this.startBoot());
    this.startBoot();
  }

  get boot(): number {
    return this.currentBoot;
  }

  stats(): SpoolStats {
    return this.file.fileStats();
  }

  /**
   * Stores blocks, in one transaction. With `shipsLive` they get their sequence in the live lane immediately, because the caller ships
   * them next; this saves a transaction. Throws if they cannot be made durable (disk full): the caller still has them.
   */
  appendBlocks(blocks: readonly NewBlock[], shipsLive: boolean): void {
    let ready: SpooledBlock[] = [];
    this.runTransaction(() => {
      const { rows } = this.file;
      const nowMs = this.nowMs();
      const { droppedResults } = this.file;
      ready = [];
      this.file.noteClock();
      // A sequence assigned here must not overtake an older block that waits for its own.
      const live = shipsLive && this.inFlight[LANE.live].length === 0 && !this.file.waiting.hasShipped(LANE.live);
      for (const block of blocks) {
        const ships = live && block.liveUntilMs >= nowMs;
        const identity = ships ? this.newIdentity(LANE.live) : null;
        const id = rows.insertBlock(block, identity);
        const { shard, policyVersion, body } = block;
        if (identity !== null) ready.push({ id, ...identity, shard, policyVersion, body });
      }
      const inFlight = [...this.inFlight[LANE.live], ...this.inFlight[LANE.backfill]].map(({ id }) => id);
      rows.dropOldest(this.options.bytesMax, new Set(inFlight));
      if (this.file.droppedResults !== droppedResults) ready = this.ready = [];
      rows.shrinkFile();
    });
    if (ready.length > 0) this.ready = ready;
  }

  /**
   * Returns the next blocks of a lane, oldest first, with their identities: blocks that were shipped before and not settled, otherwise new
   * ones. One batch per lane at a time; call `settleBlocks` next.
   */
  nextBlocks(lane: Lane, blocksMax: number, bytesMax: number): SpooledBlock[] {
    return (this.inFlight[lane] =
      this.takeReady(lane, blocksMax, bytesMax) ?? this.readBlocks(lane, blocksMax, bytesMax));
  }

  private takeReady(lane: Lane, blocksMax: number, bytesMax: number): SpooledBlock[] | undefined {
    if (this.file.isEmpty) return [];
    if (lane !== LANE.live) return undefined;
    const { ready } = this;
    this.ready = [];
    const bytes = ready.reduce((sum, { body }) => sum + body.bytes.length + ROW_BYTES, 0);
    return ready.length > 0 && ready.length <= blocksMax && bytes <= bytesMax ? ready : undefined;
  }

  private readBlocks(lane: Lane, blocksMax: number, bytesMax: number): SpooledBlock[] {
    const batch: SpooledBlock[] = [];
    let bytes = 0;
    const fits = (row: BlockRow): boolean =>
      batch.length < blocksMax && (batch.length === 0 || bytes + row.body.length + ROW_BYTES <= bytesMax);
    const ranges = this.file.clock.ranges();
    const take = (row: BlockRow, boot: number, sequence: number): void => {
      const block = blockOf(row, lane, boot, sequence);
      if (block === undefined) return this.file.rows.setDamagedAside(row);
      batch.push(withTimesCorrected(block, correctionOf(ranges, row.id)));
      bytes += row.body.length + ROW_BYTES;
    };
    this.transact(
      (work, onRollback) => this.file.readLane(lane, work, onRollback),
      () => {
        const { rows, waiting } = this.file;
        batch.length = bytes = 0;
        for (const row of readRows(waiting.shipped(lane, blocksMax), bytesMax)) {
          if (!fits(row)) return;
          take(row, row.boot ?? 0, row.sequence ?? 0);
        }
        // A retry must not pull in more and more blocks: blocks that have aged by then use the backfill lane.
        if (batch.length > 0) return;
        for (const row of readRows(waiting.unshipped(lane, ranges, blocksMax), bytesMax)) {
          if (!fits(row)) return;
          const identity = this.newIdentity(lane);
          rows.assignIdentity(row.id, identity);
          take(row, identity.boot, identity.sequence);
        }
      },
    );
    if (batch.length === 0 && !this.file.isEmpty) {
      this.runTransaction(() => this.file.rows.findStranded(() => this.file.waiting.hasAny()));
    }
    return batch;
  }

  private newIdentity(lane: Lane): BlockIdentity {
    return { lane, boot: this.currentBoot, sequence: this.nextSequence[lane]++ };
  }

  /** Deletes acknowledged blocks and sets refused ones aside. Blocks in neither list are shipped again. */
  settleBlocks(lane: Lane, done: readonly SpooledBlock[], refused: readonly RefusedBlock[]): void {
    // Blocks that were in flight when a damaged spool was set aside are not in this one.
    const inFlight = new Set(this.inFlight[lane]);
    this.inFlight[lane] = [];
    this.file.acknowledge(done.filter((block) => inFlight.has(block)));
    if (refused.length === 0) return;
    this.runTransaction(() => {
      const { rows } = this.file;
      for (const { block, reason } of refused)
        if (inFlight.has(block)) rows.setRefusedAside(block, reason, this.nowMs());
      rows.countRefused(refused.length);
    });
  }

  /** Moves all unshipped blocks to the backfill lane after an outage of the agent's own line, so that these results are not judged. */
  moveToBackfill(): void {
    this.runTransaction(() => this.file.rows.moveToBackfill());
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
    this.file.close();
  }

  /** Begins a boot, with the file as it is: at the start, and after a damaged file was replaced. */
  private startBoot(): void {
    this.currentBoot = nextBoot(this.options.dir, this.nowMs());
    this.nextSequence = { [LANE.live]: 0, [LANE.backfill]: 0 };
    this.ready = [];
    this.inFlight[LANE.live] = [];
    this.inFlight[LANE.backfill] = [];
  }

  private runTransaction(work: () => void): void {
    this.transact((inTransaction, onRollback) => this.file.runTransaction(inTransaction, onRollback), work);
  }

  /** Runs `work` in a transaction; sequences that it assigned are free again if the transaction fails. */
  private transact(run: (work: () => void, onRollback: () => void) => void, work: () => void): void {
    let before = this.nextSequence;
    run(
      () => {
        before = { ...this.nextSequence };
        work();
      },
      () => (this.nextSequence = before),
    );
  }
}
