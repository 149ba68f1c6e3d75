import { compare } from './compare';

/** Boots remembered per lane: those whose blocks may still be sent again. */
const BOOTS_MAX = 4;
/** After this long without a block, in ms of the shard's age, a boot has ended: any other boot may follow it, a lower one too. */
export const BOOT_SILENT_MS = 60_000;
/** A boot is at least the time of its start in seconds since 1970. A boot this far in the future comes from a clock that was ahead. */
export const BOOT_AHEAD_S_MAX = 3_600;

/** `repeated`: the block was already seen. `older_boot`: another process now ships under this identity. */
export type Placement = 'new' | 'repeated' | 'older_boot';

interface BootSequence {
  boot: number;
  sequence: number;
  /** The shard's age when its latest counted block arrived. */
  seenAgeMs: number;
}

/** Entry of a checkpoint: the current boot, then the former ones, latest first. */
export type LaneEntry = [
  key: string,
  boot: number,
  sequence: number,
  seenAgeMs?: number,
  former?: [boot: number, sequence: number][],
];

/**
 * Position of each agent's lanes, to detect repeated blocks. An agent ships a lane in order of (boot, sequence), and each start has a
 * higher boot. The log alone determines which boot counts:
 *
 *     higher boot, never seen              counts from now on: the agent was restarted
 *     lower boot, or one that was replaced counts once the current one has been silent for a minute
 *     lower boot, never seen               counts immediately if the current boot is a time in the future: that clock was ahead
 *
 * So of two processes with one identity the one started last counts, and an agent whose clock was once ahead is not locked out.
 * Kept for every agent that ever shipped, removed agents too, at about 100 bytes per agent in a checkpoint: a returning agent may ship
 * blocks that were already counted.
 */
export class LaneSequences {
  private readonly lanes = new Map<string, BootSequence[]>();

  /** Records the position of a block that counts. `ageMs` is the shard's age, `presentMs` the time of receipt of the block. */
  placeBlock(key: string, boot: number, sequence: number, ageMs: number, presentMs: number): Placement {
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

  /** Returns the entries in canonical order. */
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

  /** Restores entries. Entries of an older format have only the highest boot, which then counts as seen at `ageMs`. */
  restore(entries: readonly LaneEntry[], ageMs: number): void {
    for (const [key, boot, sequence, seenAgeMs = ageMs, former = []] of entries) {
      const others = former.map(([formerBoot, last]) => ({ boot: formerBoot, sequence: last, seenAgeMs: 0 }));
      this.lanes.set(key, [{ boot, sequence, seenAgeMs }, ...others]);
    }
  }
}

function follows(present: BootSequence, boot: number, wasReplaced: boolean, ageMs: number, presentMs: number): boolean {
  if (ageMs - present.seenAgeMs >= BOOT_SILENT_MS) return true;
  if (wasReplaced) return false;
  return boot > present.boot || present.boot > presentMs / 1_000 + BOOT_AHEAD_S_MAX;
}
