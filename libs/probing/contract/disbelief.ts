/**
 * Why a result is no evidence about its target. Results with a reason are stored and not judged. The place in this list plus 1 is the code in
 * blocks: append only.
 */
export const DISBELIEF_REASONS = [
  'uplink_out',
  'paused',
  'packets_dropped',
  'clock_set',
  'deaf',
  'foreign_reply',
] as const;
export type DisbeliefReason = (typeof DISBELIEF_REASONS)[number];

/** Texts for the portal, as parts of a sentence. */
export const DISBELIEF_TEXTS: Readonly<Record<DisbeliefReason | 'unknown', string>> = {
  uplink_out: 'a miss while the uplink of the agent was out',
  paused: 'the agent or its executor did not run all the time',
  packets_dropped: 'the kernel dropped packets for the executor',
  clock_set: 'the clock of the agent was set during the probe',
  deaf: 'the executor received nothing, not even from its own machine',
  foreign_reply: 'another address replied',
  unknown: 'a reason that this version does not know',
};

/** Returns the code of a reason in blocks. */
export function disbeliefCode(reason: DisbeliefReason): number {
  return DISBELIEF_REASONS.indexOf(reason) + 1;
}

/** Returns the reason of a code; `unknown` for one that a newer agent sent. */
export function disbeliefReason(code: number): DisbeliefReason | 'unknown' {
  return DISBELIEF_REASONS[code - 1] ?? 'unknown';
}
