import type { RecordPlace } from '@icmp-mon/shard/engine';

/** Row of `late_result` without its shard: results of a target that arrived too late to be judged. */
export interface LateRow {
  targetKey: number;
  /** A time that contains these results, ms since 1970: whole quarters of an hour. */
  fromMs: number;
  toMs: number;
  /** Ids of their agents. */
  agents: string[];
  /** Offset of the last record for which the row was written. */
  position: number;
}

/** Steps of the time of a row, ms: a spool in the order of time changes its row once per step. */
const STEP_MS = 15 * 60_000;
/**
 * Number of records for which a written row is not written again: it may have further results up to its position plus this. A log has at
 * least one record per second.
 */
export const UNWRITTEN_RECORDS = 50;

/** Collects which targets of a shard have late results, until the commit that stores the statuses. */
export class LateMarks {
  private marks = new Map<number, LateRow>();
  /** Rows written for the last records. */
  private readonly written = new Map<number, LateRow>();

  get size(): number {
    return this.marks.size;
  }

  noteResult(targetKey: number, agentId: string, sampleMs: number, place: RecordPlace): void {
    if (place.alreadyCommitted) return;
    const fromMs = Math.floor(sampleMs / STEP_MS) * STEP_MS;
    const toMs = fromMs + STEP_MS - 1;
    const { offset: position } = place;
    if (this.isWritten(targetKey, agentId, fromMs, position)) return;
    const mark = this.marks.get(targetKey);
    if (!mark) {
      this.marks.set(targetKey, { targetKey, fromMs, toMs, agents: [agentId], position });
      return;
    }
    mark.fromMs = Math.min(mark.fromMs, fromMs);
    mark.toMs = Math.max(mark.toMs, toMs);
    mark.position = position;
    if (!mark.agents.includes(agentId)) mark.agents.push(agentId);
  }

  private isWritten(targetKey: number, agentId: string, fromMs: number, position: number): boolean {
    const row = this.written.get(targetKey);
    if (!row || position > row.position + UNWRITTEN_RECORDS) return false;
    return row.fromMs <= fromMs && fromMs <= row.toMs && row.agents.includes(agentId);
  }

  /** Returns the marks so far, by ascending key, and forgets them. */
  drainMarks(): LateRow[] {
    const marks = [...this.marks.values()].sort((a, b) => a.targetKey - b.targetKey);
    if (marks.length === 0) return marks;
    this.marks = new Map();
    const last = Math.max(...marks.map(({ position }) => position));
    for (const [key, { position }] of this.written) if (last > position + UNWRITTEN_RECORDS) this.written.delete(key);
    for (const mark of marks) this.written.set(mark.targetKey, mark);
    return marks;
  }
}
