import { BOOT_AHEAD_S_MAX, BOOT_SILENT_MS } from '@icmp-mon/shard/engine';

const LANES_MAX = 10_000;

/**
 * Detects uploads of an outdated boot, while another boot of the lane ships, for a log line and a counter. The shards decide by the same
 * rule from their logs (`LaneSequences`); this class sees only the uploads to one gateway since its start.
 */
export class BootWatch {
  private readonly lanes = new Map<string, { boot: number; seenMs: number }>();

  /** Returns the boot that currently ships the lane when the given one is outdated; null when the given one is valid. */
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
