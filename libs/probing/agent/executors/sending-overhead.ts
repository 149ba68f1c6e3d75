/** Slices of fewer measured packets show nothing. */
const PACKETS_MIN = 100;
/** The least of this many slices counts: a wrong figure then makes a slice longer, and rarely a burst. */
const SLICES_KEPT = 4;
/** Wait for a CPU per packet that an idle machine has too, in ms. What exceeds it is caused by other programs. */
const USUAL_WAIT_MS = 0.02;
/**
 * Most that is subtracted: the greater of this many ms and this share of the spacing, but never more than the second share. So the first slice
 * after a busy time is faster than planned by less than a third.
 */
const OVERHEAD_MS_MAX = 0.25;
const USUAL_SHARE_MAX = 0.2;
const SHARE_MAX = 0.4;

/** How a process sent the packets of one slice. */
export interface SentSlice {
  /** Packets between the first and the last that were measured. */
  packets: number;
  /** Time between these two, in ms. */
  tookMs: number;
  /** Time between two packets that the process was asked for, in ms. */
  askedMs: number;
  /** How long the process was ready and waited for a CPU, in ms. */
  waitedMs: number;
}

/**
 * Learns what fping needs per packet in addition to the time it is asked to wait: it counts that time from the packet before, so a timer
 * that fires late delays all later packets. Without a correction slices take longer than planned and overlap.
 *
 * A part of it is the machine's: it is always needed. The rest is waiting for a busy CPU, which may be free again in the next slice.
 */
export class SendingOverhead {
  private readonly recent: { machineMs: number; allMs: number }[] = [];

  noteSlice({ packets, tookMs, askedMs, waitedMs }: SentSlice): void {
    if (packets < PACKETS_MIN) return;
    const allMs = Math.max(0, tookMs / packets - askedMs);
    const machineMs = Math.max(0, allMs - Math.max(0, waitedMs / packets - USUAL_WAIT_MS));
    this.recent.push({ machineMs, allMs });
    if (this.recent.length > SLICES_KEPT) this.recent.shift();
  }

  /**
   * Returns the time to ask for, so that packets leave `spacingMs` apart. If the CPU is free again, they are nearer, but not nearer than
   * `leastMs`, which the policy allows.
   */
  askFor(spacingMs: number, leastMs = 0): number {
    if (this.recent.length === 0) return spacingMs;
    const most = Math.min(Math.max(OVERHEAD_MS_MAX, spacingMs * USUAL_SHARE_MAX), spacingMs * SHARE_MAX);
    const machineMs = Math.min(most, ...this.recent.map((slice) => slice.machineMs));
    const allMs = Math.min(most, ...this.recent.map((slice) => slice.allMs));
    return spacingMs - Math.max(machineMs, Math.min(allMs, spacingMs - leastMs + machineMs));
  }
}

/** When the first and the last packet of a slice were sent, as far as their replies show it. */
export class SendTimes {
  private first: { index: number; atMs: number } | undefined;
  private lastIndex = -1;
  private lastAtMs = 0;

  noteReply(index: number, sentAtMs: number): void {
    if (index <= this.lastIndex) return;
    this.first ??= { index, atMs: sentAtMs };
    this.lastIndex = index;
    this.lastAtMs = sentAtMs;
  }

  get packets(): number {
    return this.first === undefined ? 0 : this.lastIndex - this.first.index;
  }

  get tookMs(): number {
    return this.first === undefined ? 0 : this.lastAtMs - this.first.atMs;
  }
}
