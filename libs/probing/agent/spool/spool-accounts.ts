import type { DatabaseSync } from 'node:sqlite';
import type { HeldCount } from './held-count';
import { checkPages } from './spool-database';
import { readTotals, ROW_BYTES, type Statements, TOTALS, type Totals } from './spool-statements';
import type { EncodedBody } from '@icmp-mon/probing/wire';

type CountedBody = Pick<EncodedBody, 'bytes' | 'count'>;

/**
 * The totals of a spool: blocks, bytes and results that it holds, and results that it ever stored, set aside or dropped. They change with the
 * work of a transaction and are stored by it. The number of held results also has a file of its own, so that results are counted as dropped
 * even if the spool is damaged beyond reading.
 */
export class SpoolAccounts {
  private totals: Totals;
  private stored: Totals;

  constructor(
    private readonly database: DatabaseSync,
    private readonly statements: Statements,
    private readonly held: HeldCount,
  ) {
    this.stored = readTotals(database);
    this.totals = { ...this.stored };
  }

  get current(): Readonly<Totals> {
    return this.totals;
  }

  addBlock({ bytes, count }: CountedBody): void {
    this.totals.blocks++;
    this.totals.bytes += bytes.length + ROW_BYTES;
    this.totals.results += count;
    this.totals.spooledResults += count;
  }

  removeBlock({ bytes, count }: CountedBody): void {
    this.totals.blocks--;
    this.totals.bytes -= bytes.length + ROW_BYTES;
    this.totals.results -= count;
  }

  countDropped(results: number): void {
    this.totals.droppedResults += results;
  }

  countQuarantined(items: number): void {
    this.totals.quarantined += items;
  }

  /** Restores the totals of before a transaction that failed. */
  restore(totals: Readonly<Totals>): void {
    this.totals = { ...totals };
  }

  /** Writes changed totals, as part of a transaction. */
  store(): void {
    for (const name of TOTALS) {
      if (this.totals[name] !== this.stored[name]) this.statements.setTotal.run(name, this.totals[name]);
    }
  }

  /** Called when a transaction with stored totals has been committed. */
  committed(): void {
    this.stored = { ...this.totals };
  }

  /**
   * Corrects the totals of an empty spool. No block is left: results that are still counted were never there, because the count in a damaged
   * block was wrong. They count as dropped.
   */
  dropUncountedRest(): void {
    if (this.totals.blocks > 0) return;
    this.totals.droppedResults += this.totals.results;
    this.totals.results = this.totals.bytes = 0;
  }

  /** Stores the number of results that the gateway has not acknowledged. */
  writeHeld(acknowledgedResults: number): void {
    this.held.writeCount(this.totals.results - acknowledgedResults);
  }

  /** Trusts the totals if the separate count agrees. Otherwise counts the rows, if the file is intact. @throws DamagedSpool */
  verify(): void {
    if (this.held.readCount() === this.totals.results && this.totals.blocks > 0) return;
    if (this.countRows() > 0) checkPages(this.database);
  }

  /** Counts the rows. Results that were held and are in no row are missing and count as dropped: returns how many. */
  countRows(): number {
    Object.assign(this.totals, this.statements.count.get());
    const missing = Math.max(0, this.held.readCount() - this.totals.results);
    this.totals.droppedResults += missing;
    return missing;
  }

  /** Continues the counters of a spool that this one replaces while the agent runs. */
  continueFrom({ spooledResults, quarantined, droppedResults }: Readonly<Totals>): void {
    this.totals.droppedResults += droppedResults - this.stored.droppedResults;
    this.totals.quarantined += quarantined - this.stored.quarantined;
    this.totals.spooledResults = spooledResults;
  }
}
