import type { RecordPlace } from '@icmp-mon/shard/engine';

/** Row of `late_result` without its shard: results of a target that arrived too late to be judged. */
export interface LateRow {
  targetKey: number;
  /** Times of the first and last of these results, ms since 1970. */
  fromMs: number;
  toMs: number;
  /** Ids of their agents. */
  agents: string[];
  /** Offset of the last record with such results: once results up to it are stored, the target can be judged again. */
  position: number;
}

/** Collects which targets of a shard have late results, until the commit that stores the statuses. */
export class LateMarks {
  private marks = new Map<number, LateRow>();

  get size(): number {
    return this.marks.size;
  }

  noteResult(targetKey: number, agentId: string, sampleMs: number, place: RecordPlace): void {
    if (place.alreadyCommitted) return;
    const mark = this.marks.get(targetKey);
    if (!mark) {
      const { offset: position } = place;
      this.marks.set(targetKey, { targetKey, fromMs: sampleMs, toMs: sampleMs, agents: [agentId], position });
      return;
    }
    mark.fromMs = Math.min(mark.fromMs, sampleMs);
    mark.toMs = Math.max(mark.toMs, sampleMs);
    mark.position = place.offset;
    if (!mark.agents.includes(agentId)) mark.agents.push(agentId);
  }

  /** Returns the marks so far, by ascending key, and forgets them. */
  drainMarks(): LateRow[] {
    const marks = [...this.marks.values()].sort((a, b) => a.targetKey - b.targetKey);
    this.marks = new Map();
    return marks;
  }
}
