import { LANE, type Lane } from '@icmp-mon/probing/wire';
import { type ClockPeriods, type ClockRange, correctionOf } from './clock-periods';
import type { Statements } from './spool-statements';
import type { BlockRow } from './spooled-block';

/**
 * Which blocks of the spool wait in which lane, and how old they are. Setting the wall clock does not affect ages: each range of blocks
 * has its correction.
 */
export class WaitingBlocks {
  constructor(
    private readonly statements: Statements,
    private readonly clock: ClockPeriods,
    private readonly nowMs: () => number,
  ) {}

  /** Yields the rows of the lane that were shipped before and are not acknowledged, by boot and sequence. */
  shipped(lane: Lane, blocksMax: number): Iterable<unknown> {
    return this.statements.shipped.iterate(lane, blocksMax);
  }

  /** Yields the rows of the lane without a sequence, oldest first. */
  *unshipped(lane: Lane, ranges: readonly ClockRange[], blocksMax: number): Iterable<unknown> {
    const statement = this.statementOf(lane);
    for (const { fromId, toId, correctionMs } of ranges)
      yield* statement.iterate(this.nowMs() - correctionMs, fromId, toId, blocksMax);
  }

  hasUnshipped(lane: Lane): boolean {
    const statement = this.statementOf(lane);
    return this.clock
      .ranges()
      .some(
        ({ fromId, toId, correctionMs }) => statement.get(this.nowMs() - correctionMs, fromId, toId, 1) !== undefined,
      );
  }

  /** Whether the lane has blocks that were shipped before and are not acknowledged. */
  hasShipped(lane: Lane): boolean {
    return this.statements.shipped.get(lane, 1) !== undefined;
  }

  /** Whether an index leads to any block of any lane. */
  hasAny(): boolean {
    return [LANE.live, LANE.backfill].some((lane) => this.hasShipped(lane) || this.hasUnshipped(lane));
  }

  ageMs({ id, base_time_ms: datedMs }: BlockRow): number {
    return this.nowMs() - datedMs - correctionOf(this.clock.ranges(), id);
  }

  private statementOf(lane: Lane): Statements['fresh'] {
    return lane === LANE.live ? this.statements.fresh : this.statements.stale;
  }
}
