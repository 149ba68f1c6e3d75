import type { DatabaseSync } from 'node:sqlite';
import type { MachineClock } from './machine-clock';

/** Smallest clock change that counts, in ms: a smaller one is the resolution of the two clocks. */
const SET_MS_MIN = 100;
/** Most periods kept. Blocks of older ones keep the times that they were given. */
const PERIODS_MAX = 64;

const TABLE = `CREATE TABLE IF NOT EXISTS clock_period (
  from_id INTEGER PRIMARY KEY, kernel_boot TEXT NOT NULL, origin_ms REAL NOT NULL) STRICT`;

/** From block `fromId` on, blocks are dated by a wall clock that read `originMs` when the machine started. */
interface ClockPeriod {
  fromId: number;
  kernelBoot: string;
  originMs: number;
}

/** The blocks from `fromId` to below `toId`, and by how much the wall clock has been set since they were dated. */
export interface ClockRange {
  fromId: number;
  toId: number;
  correctionMs: number;
}

/**
 * By which wall clock the spool's blocks are dated. Whenever that clock is set or the machine restarts, the next block begins a period.
 * Waiting blocks are redated by the present clock when they are shipped. Blocks from before a restart of the machine keep their times: only
 * the wall clock shows how long the restart took.
 */
export class ClockPeriods {
  private periods: ClockPeriod[] = [];

  constructor(
    private readonly machine: MachineClock,
    private readonly nowMs: () => number,
  ) {}

  /** Loads the periods of the spool; writes the known periods into a new spool. */
  loadPeriods(database: DatabaseSync): void {
    database.exec(TABLE);
    const rows = database.prepare('SELECT from_id, kernel_boot, origin_ms FROM clock_period ORDER BY from_id').all();
    if (rows.length === 0) for (const period of this.periods) write(database, period);
    else {
      this.periods = (rows as { from_id: number; kernel_boot: string; origin_ms: number }[]).map((row) => ({
        fromId: row.from_id,
        kernelBoot: row.kernel_boot,
        originMs: row.origin_ms,
      }));
    }
  }

  /** Called before block `nextId` is written, in the same transaction. `oldestId`: the oldest stored block. */
  recordPeriod(database: DatabaseSync, nextId: number, oldestId: number): void {
    const last = this.periods.at(-1);
    const originMs = this.nowMs() - this.machine.uptimeMs();
    const { kernelBoot } = this.machine;
    if (last?.kernelBoot === kernelBoot && Math.abs(originMs - last.originMs) < SET_MS_MIN) return;
    const period = { fromId: nextId, kernelBoot, originMs };
    const kept = [...this.periods.filter(({ fromId }) => fromId !== nextId), period];
    const first = Math.max(
      0,
      kept.findLastIndex(({ fromId }) => fromId <= oldestId),
      kept.length - PERIODS_MAX,
    );
    this.periods = kept.slice(first);
    write(database, period);
    database.prepare('DELETE FROM clock_period WHERE from_id < ?').run(this.periods[0]?.fromId ?? nextId);
  }

  /** Restores the periods after a failed transaction. */
  restore(periods: readonly ClockPeriod[]): void {
    this.periods = [...periods];
  }

  get known(): readonly ClockPeriod[] {
    return this.periods;
  }

  /** Returns the ranges of all blocks, in the order in which they were written. */
  ranges(): ClockRange[] {
    const originMs = this.nowMs() - this.machine.uptimeMs();
    const ranges = this.periods.map((period, at) => ({
      fromId: period.fromId,
      toId: this.periods[at + 1]?.fromId ?? Number.MAX_SAFE_INTEGER,
      correctionMs: this.correctionMs(period, originMs),
    }));
    const firstId = ranges[0]?.fromId ?? Number.MAX_SAFE_INTEGER;
    return firstId > 0 ? [{ fromId: 0, toId: firstId, correctionMs: 0 }, ...ranges] : ranges;
  }

  private correctionMs({ kernelBoot, originMs: then }: ClockPeriod, originMs: number): number {
    if (kernelBoot === '' || kernelBoot !== this.machine.kernelBoot) return 0;
    return Math.abs(originMs - then) < SET_MS_MIN ? 0 : Math.round(originMs - then);
  }
}

export function correctionOf(ranges: readonly ClockRange[], id: number): number {
  return ranges.find(({ fromId, toId }) => id >= fromId && id < toId)?.correctionMs ?? 0;
}

function write(database: DatabaseSync, { fromId, kernelBoot, originMs }: ClockPeriod): void {
  database
    .prepare('INSERT OR REPLACE INTO clock_period (from_id, kernel_boot, origin_ms) VALUES (?, ?, ?)')
    .run(fromId, kernelBoot, originMs);
}
