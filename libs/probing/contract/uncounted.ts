/**
 * Why results that were answered 200 are not counted, or counted otherwise than the agent intended:
 * - `repeated`: their block was received before, so they are already counted;
 * - `older_boot`: another process of the same identity has shipped since: two agents may share it, or a state folder was restored;
 * - `not_assigned`: the agent is not selected for the target and was not within 25 hours, or the target was removed;
 * - `too_old`: measured longer ago than results are kept;
 * - `too_new`: dated after their receipt, stored at the time of receipt;
 * - `clock_corrected`: dated by a clock that is off, stored at the corrected time;
 * - `late`: stored, but too late for a verdict, or older than a result that was already judged.
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

/** Texts for the portal and the agent's log: what happened to the results, and why. */
export const UNCOUNTED_TEXTS: Readonly<Record<UncountedReason, string>> = {
  repeated: 'Repeated: already counted',
  older_boot: 'Dropped: another process ships under the identity of this agent',
  not_assigned: 'Dropped: the agent is not selected for the target, and was not in the last day',
  too_old: 'Dropped: older than results are kept',
  too_new: 'Stored at the time of receipt: dated later than that',
  clock_corrected: "Stored at a corrected time: the agent's clock is off",
  late: 'Stored but not judged: too late for a verdict',
};

/** Number of results of one agent with one reason. */
export interface UncountedResults {
  reason: UncountedReason;
  results: number;
  /** Time of the latest of them, ISO 8601. */
  lastAt: string;
}

/** Whether this release knows the reason; reasons of newer releases are skipped. */
export function isUncountedReason(text: string): text is UncountedReason {
  return UNCOUNTED_REASONS.some((reason) => reason === text);
}
