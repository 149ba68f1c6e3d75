import { DISBELIEF_REASONS } from '@icmp-mon/probing/contract';

/**
 * Why a measurement of an agent has no effect, or a reply is not the answer to a probe:
 * - `uplink_out`: a miss while the anchors and half of the targets, or everything, were silent; it is stored and not judged;
 * - `paused`: the executor or the agent did not run all the time: no CPU, stopped, or the machine was suspended;
 * - `packets_dropped`: the kernel dropped packets for the executor during the wait;
 * - `clock_set`: the clock of the machine was set during the probe;
 * - `deaf`: a miss of an executor that received no reply at all;
 * - `foreign_reply`: another address replied;
 * - `late_reply`: the reply arrived after the timeout, and is a miss;
 * - `duplicate_reply`: a further reply to the same probe.
 */
export const NOT_BELIEVED_REASONS = [...DISBELIEF_REASONS, 'late_reply', 'duplicate_reply'] as const;
export type NotBelievedReason = (typeof NOT_BELIEVED_REASONS)[number];

/** Texts for the portal: what happened, and what it counts as. */
export const NOT_BELIEVED_TEXTS: Readonly<Record<NotBelievedReason, string>> = {
  uplink_out: 'Misses while its uplink was out: stored, not judged',
  paused: 'Probes while it had no CPU, was stopped or suspended: no data',
  packets_dropped: 'Misses while its kernel dropped packets for the executor: no data',
  clock_set: 'Probes while its clock was set: no data',
  deaf: 'Misses while its executor received nothing: no data',
  foreign_reply: 'Replies from another address than the probed one: no data',
  late_reply: 'Replies after the timeout: counted as misses',
  duplicate_reply: 'Further replies to the same probe: ignored',
};

/** Numbers by reason; a reason that is missing has none. */
export type NotBelieved = Partial<Record<NotBelievedReason, number>>;

/** Whether this release knows the reason; newer agents may report others. */
export function isNotBelievedReason(text: string): text is NotBelievedReason {
  return NOT_BELIEVED_REASONS.some((reason) => reason === text);
}
