import { compare } from './directory';

/** Boots of a lane that are remembered: those whose blocks may still be repeated. */
const BOOTS_MAX = 4;
/** A boot of which nothing came for this long, by the shard's age, has ended: another one may follow it, also a lower one. */
export const BOOT_SILENT_MS = 60_000;
/** A boot is at least the time of its start in seconds. One that lies this far ahead is of a clock that was ahead. */
export const BOOT_AHEAD_S_MAX = 3_600;

/** `repeated`: the block was here before. `older_boot`: another process ships under this identity now. */
export type Placement = 'new' | 'repeated' | 'older_boot';

interface BootPosition {
  boot: number;
  sequence: number;
  /** The shard's age when its last block counted. */
  seenAgeMs: number;
}

/** As in a checkpoint: the boot that ships now, then those before it, the latest first. */
export type LaneEntry = [
  key: string,
  boot: number,
  sequence: number,
  seenAgeMs?: number,
  former?: [boot: number, sequence: number][],
];

/**
 * What was here of each agent's lanes. An agent ships a lane in order of (boot, sequence), and each start has a higher boot. Which boot
 * counts follows from the log alone:
 *
 *     higher boot, never seen              counts from now on: the agent was started again
 *     lower boot, or one that was replaced counts once the present one is silent for a minute
 *     lower boot, never seen               counts at once if the present one is a time in the future: that clock was ahead
 *
 * So of two processes with one identity the one that was started last counts, and a clock that was ahead locks no agent out.
 * Kept for every agent that ever shipped, about 100 bytes of a checkpoint each, also when it is removed: should it come back, what it
 * ships may have been here before.
 */
export class LanePositions {
  private readonly lanes = new Map<string, BootPosition[]>();

  /** Notes a block, unless it does not count. `ageMs` is the shard's age, `presentMs` the time of the block's receipt. */
  place(key: string, boot: number, sequence: number, ageMs: number, presentMs: number): Placement {
    const positions = this.lanes.get(key);
    if (positions === undefined) {
      this.lanes.set(key, [{ boot, sequence, seenAgeMs: ageMs }]);
      return 'new';
    }
    const [present] = positions;
    const known = boot === present.boot ? present : positions.find((position) => position.boot === boot);
    if (known !== undefined && sequence <= known.sequence) return 'repeated';
    if (known !== present && !follows(present, boot, known !== undefined, ageMs, presentMs)) return 'older_boot';
    if (known === present) {
      present.sequence = sequence;
      present.seenAgeMs = ageMs;
      return 'new';
    }
    const others = positions.filter((position) => position !== known).slice(0, BOOTS_MAX - 1);
    this.lanes.set(key, [{ boot, sequence, seenAgeMs: ageMs }, ...others]);
    return 'new';
  }

  /** In canonical order. */
  entries(): LaneEntry[] {
    return [...this.lanes]
      .map(([key, [{ boot, sequence, seenAgeMs }, ...former]]): LaneEntry => [
        key,
        boot,
        sequence,
        seenAgeMs,
        former.map((each) => [each.boot, each.sequence]),
      ])
      .sort((a, b) => compare(a[0], b[0]));
  }

  /** Also of a checkpoint that has the highest boot only, which was seen at `ageMs` then. */
  restore(entries: readonly LaneEntry[], ageMs: number): void {
    for (const [key, boot, sequence, seenAgeMs = ageMs, former = []] of entries) {
      const others = former.map(([formerBoot, last]) => ({ boot: formerBoot, sequence: last, seenAgeMs: 0 }));
      this.lanes.set(key, [{ boot, sequence, seenAgeMs }, ...others]);
    }
  }
}

function follows(present: BootPosition, boot: number, wasReplaced: boolean, ageMs: number, presentMs: number): boolean {
  if (ageMs - present.seenAgeMs >= BOOT_SILENT_MS) return true;
  if (wasReplaced) return false;
  return boot > present.boot || present.boot > presentMs / 1_000 + BOOT_AHEAD_S_MAX;
}
