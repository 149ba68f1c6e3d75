import { BOOT_AHEAD_S_MAX, BOOT_SILENT_MS } from '@icmp-mon/shard/engine';

const LANES_MAX = 10_000;

/**
 * Notices, for the log and a counter, uploads of a boot that does not count: another one of the lane ships now. The shards decide, by the same
 * rule from their logs (`LaneSequences`); this sees only what comes by one gateway since it was started.
 */
export class BootWatch {
  private readonly lanes = new Map<string, { boot: number; seenMs: number }>();

  /** The boot that ships the lane now, when this one is older and does not follow it; null when it counts. */
  newerThan(lane: string, boot: number, presentMs: number, nowMs = performance.now()): number | null {
    const known = this.lanes.get(lane);
    if (known !== undefined && boot < known.boot) {
      const hasEnded = nowMs - known.seenMs >= BOOT_SILENT_MS;
      const isInFuture = known.boot > presentMs / 1_000 + BOOT_AHEAD_S_MAX;
      if (!hasEnded && !isInFuture) return known.boot;
    }
    if (this.lanes.size >= LANES_MAX && known === undefined) this.lanes.clear();
    this.lanes.set(lane, { boot, seenMs: nowMs });
    return null;
  }
}
