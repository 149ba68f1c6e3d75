import type { DatabaseSync } from 'node:sqlite';
import type { Lane } from '@icmp-mon/probing/wire';
import type { AgentLog } from '../agent-log';
import { ClockPeriods } from './clock-periods';
import { HeldCount } from './held-count';
import { type MachineClock, machineClock } from './machine-clock';
import { salvageSpool } from './salvage';
import { SpoolAccounts } from './spool-accounts';
import { isCorruption, isUnusable, openSpoolDatabase } from './spool-database';
import { SpoolRows } from './spool-rows';
import { prepare, ROW_BYTES, type Statements } from './spool-statements';
import type { BlockRow, SpooledBlock } from './spooled-block';
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

/**
 * The file of a spool: transactions over blocks, with exact accounts of the results in them. A damaged file is replaced while the agent runs:
 * its readable blocks are salvaged into a new file, the rest counts as dropped, and the work is repeated.
 */
export class SpoolFile {
  rows!: SpoolRows;
  waiting!: WaitingBlocks;
  readonly clock: ClockPeriods;
  private database!: DatabaseSync;
  private statements!: Statements;
  private accounts!: SpoolAccounts;
  /** Acknowledged blocks, deleted with the next write: shipping one again does no harm. */
  private acknowledged: SpooledBlock[] = [];
  private readonly held: HeldCount;

  /** Opens the file, or replaces an unusable one. `onReplaced` is called when a damaged file was replaced later. */
  constructor(
    private readonly options: SpoolOptions & { nowMs: () => number },
    private readonly onReplaced: () => void,
  ) {
    const { dir, machine = machineClock(), nowMs } = options;
    this.clock = new ClockPeriods(machine, nowMs);
    this.held = new HeldCount(dir);
    let database: DatabaseSync | undefined;
    try {
      database = openSpoolDatabase(dir);
      this.useDatabase(database);
      this.accounts.verify();
    } catch (error) {
      if (!isUnusable(error)) throw error;
      if (database?.isOpen === true) database.close();
      this.replaceDamaged(error, new Set());
    }
  }

  private useDatabase(database: DatabaseSync): void {
    this.database = database;
    this.statements = prepare(database);
    this.clock.loadPeriods(database);
    this.waiting = new WaitingBlocks(this.statements, this.clock, this.options.nowMs);
    this.accounts = new SpoolAccounts(database, this.statements, this.held);
    this.rows = new SpoolRows(database, this.statements, this.accounts, this.options.log);
  }

  fileStats(): SpoolStats {
    let oldest: BlockRow | undefined;
    if (!this.isEmpty) this.repairing(() => (oldest = this.statements.oldest.get() as BlockRow | undefined));
    const { blocks, bytes, spooledResults, quarantined, droppedResults } = this.accounts.current;
    return {
      spooledResults,
      blocks: blocks - this.acknowledged.length,
      bytes: bytes - this.acknowledged.reduce((sum, { body }) => sum + body.bytes.length + ROW_BYTES, 0),
      oldestS: oldest === undefined ? 0 : Math.max(0, this.waiting.ageMs(oldest) / 1000),
      quarantined,
      droppedResults,
    };
  }

  /** Whether all stored blocks have been acknowledged. */
  get isEmpty(): boolean {
    return this.accounts.current.blocks === this.acknowledged.length;
  }

  get droppedResults(): number {
    return this.accounts.current.droppedResults;
  }

  /** Starts a new period of the clock if it was set since the last block; call it before blocks are inserted. */
  noteClock(): void {
    const { last, oldest } = this.rows.ids();
    this.clock.recordPeriod(this.database, last + 1, oldest);
  }

  /** Runs one transaction, which also deletes acknowledged blocks. `onRollback` undoes what `work` changed elsewhere. */
  runTransaction(work: () => void, onRollback: () => void): void {
    this.repairing(() => this.runStatements(work, false, onRollback));
  }

  /** Like `runTransaction`, without an fsync if there is nothing to assign in the lane and nothing to delete. */
  readLane(lane: Lane, work: () => void, onRollback: () => void): void {
    this.repairing(() => {
      const readOnly = this.acknowledged.length === 0 && !this.waiting.hasUnshipped(lane);
      this.runStatements(work, readOnly, onRollback);
    });
  }

  /** Deletes blocks with the next write. */
  acknowledge(blocks: readonly SpooledBlock[]): void {
    this.acknowledged.push(...blocks);
    this.writeHeld();
  }

  close(): void {
    if (this.acknowledged.length > 0)
      this.runTransaction(
        () => undefined,
        () => undefined,
      );
    this.database.close();
    this.held.close();
  }

  /** Runs `work`; if the file turns out to be damaged, replaces it and runs `work` on the new one. */
  private repairing(work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!isCorruption(error)) throw error;
      const former = this.accounts.current;
      this.writeHeld();
      this.database.close();
      this.replaceDamaged(error, new Set(this.acknowledged.map(({ id }) => id)));
      this.accounts.continueFrom(former);
      this.acknowledged = [];
      this.onReplaced();
      work();
    }
  }

  /** Continues with a new file that contains everything readable of the damaged one; other results count as missing. */
  private replaceDamaged(error: unknown, unwanted: ReadonlySet<number>): void {
    const { dir, log, nowMs } = this.options;
    const salvage = salvageSpool(dir, nowMs(), unwanted);
    this.useDatabase(openSpoolDatabase(dir));
    this.accounts.countQuarantined(1);
    const missing = this.accounts.countRows();
    const fields = { err: error, dir, ...salvage, missing };
    log.error(fields, 'spool damaged: its readable blocks were salvaged into a new spool');
  }

  private runStatements(work: () => void, readOnly: boolean, onRollback: () => void): void {
    const totals = { ...this.accounts.current };
    const periods = this.clock.known;
    this.database.exec(readOnly ? 'BEGIN' : 'BEGIN IMMEDIATE');
    try {
      if (!readOnly) for (const { id, body } of this.acknowledged) this.rows.removeBlock(id, body);
      work();
      this.accounts.dropUncountedRest();
      if (!readOnly) this.accounts.store();
      this.database.exec('COMMIT');
      if (readOnly) return;
      this.acknowledged = [];
      this.accounts.committed();
      this.writeHeld();
    } catch (error) {
      this.accounts.restore(totals);
      onRollback();
      this.clock.restore(periods);
      if (this.database.isTransaction) this.database.exec('ROLLBACK');
      throw error;
    }
  }

  private writeHeld(): void {
    this.accounts.writeHeld(this.acknowledged.reduce((sum, { body }) => sum + body.count, 0));
  }
}
