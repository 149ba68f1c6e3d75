/** Why targets move, for their events. */
interface MoveMetadata {
  actor: string;
  causationId: string | null;
  correlationId: string;
}

/** The targets of a tier, for the tiers' worker; the inventory implements it. */
export abstract class TierTargets {
  /**
   * Moves targets of a tier to another one, each by an event of its own. Returns how many it moved: fewer than `atMost` when none is left, or
   * when the signal is aborted.
   */
  abstract moveTargets(move: {
    from: string;
    to: string;
    atMost: number;
    metadata: MoveMetadata;
    signal: AbortSignal;
  }): Promise<number>;
}
