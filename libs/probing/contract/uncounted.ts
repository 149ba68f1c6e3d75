/**
 * Why results that were answered 200 are not counted, or counted otherwise than the agent meant:
 * - `repeated`: their block was here before, so they are counted already;
 * - `older_boot`: another process of the same identity has shipped since: two agents may share it, or a state folder was restored;
 * - `not_assigned`: the agent is not selected for the target and was not within 25 hours, or the target is gone;
 * - `too_old`: measured longer ago than results are kept;
 * - `too_new`: dated after their receipt, and stored at the time of it;
 * - `clock_corrected`: dated by a clock that is off, and stored at the corrected time;
 * - `late`: stored, but too late for a verdict, or older than one that is judged already.
 */
export const UNCOUNTED_REASONS = [
  'repeated',
  'older_boot',
  'not_assigned',
  'too_old',
  'too_new',
  'clock_corrected',
  'late',
] as const;
export type UncountedReason = (typeof UNCOUNTED_REASONS)[number];

/** What became of the results, and why, for people. */
export const UNCOUNTED_TEXTS: Readonly<Record<UncountedReason, string>> = {
  repeated: 'Sent again: counted the first time',
  older_boot: 'Dropped: another process ships under the identity of this agent',
  not_assigned: 'Dropped: the agent is not selected for the target, and was not in the last day',
  too_old: 'Dropped: older than results are kept',
  too_new: 'Stored at their receipt: dated after it',
  clock_corrected: "Stored at a corrected time: the agent's clock is off",
  late: 'Stored, judged nothing: too late for a verdict',
};

/** How many results of one agent, for one reason. */
export interface UncountedResults {
  reason: UncountedReason;
  results: number;
  /** The latest of them, ISO 8601. */
  lastAt: string;
}

/** A reason of a newer release is not known here, and is passed over. */
export function isUncountedReason(text: string): text is UncountedReason {
  return UNCOUNTED_REASONS.some((reason) => reason === text);
}
