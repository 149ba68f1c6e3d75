/**
 * Why a probe that was due has no result, worst first:
 * - `executor_failed`: its executor is missing, may not run, failed, or was killed;
 * - `deaf`, `packets_dropped`, `paused`, `clock_set`, `foreign_reply`: as in `NOT_BELIEVED_REASONS`;
 * - `policy_rate`: the packets per second of the policy file were used up until the target was due again;
 * - `too_slow`: the agent was still busy with other probes when the target was due again;
 * - `unknown`: the executor worked and reported nothing about the target.
 */
export const UNMEASURED_REASONS = [
  'executor_failed',
  'deaf',
  'packets_dropped',
  'paused',
  'clock_set',
  'too_slow',
  'policy_rate',
  'foreign_reply',
  'unknown',
] as const;
export type UnmeasuredReason = (typeof UNMEASURED_REASONS)[number];

/** Numbers of probes by reason; a reason that is missing has none. */
export type Unmeasured = Partial<Record<UnmeasuredReason, number>>;

interface UnmeasuredText {
  /** The cause, as part of a sentence. */
  cause: string;
  /** The remedy, as complete sentences. */
  advice: string;
}

export const UNMEASURED_TEXTS: Readonly<Record<UnmeasuredReason, UnmeasuredText>> = {
  executor_failed: {
    cause: 'probes have no result because the executor failed',
    advice: "The state of the executor on the agent's page, and the agent's log, name the cause.",
  },
  deaf: {
    cause: 'misses are not believed because the executor receives nothing',
    advice: "The state of the executor on the agent's page names the remedy.",
  },
  packets_dropped: {
    cause: 'misses are not believed because the kernel drops packets for the executor',
    advice: 'Give the machine more CPU: fping is not scheduled often enough to read its socket.',
  },
  paused: {
    cause: 'probes have no result because the agent or its executor did not run all the time',
    advice: 'Give the machine more CPU, and look at the steal time of a virtual machine.',
  },
  clock_set: {
    cause: 'probes have no result because the clock was set during the probe',
    advice: 'Let the time service slew the clock of the machine instead of stepping it.',
  },
  too_slow: {
    cause: 'cannot keep the probing rate',
    advice:
      'Probes that an agent did not send in time have no data. Give its machine more CPU, or assign it fewer targets.',
  },
  policy_rate: {
    cause: 'the policy file allows too few packets per second for the targets',
    advice:
      'Probes that wait for packets of the policy file have no data. Raise its packetsPerSecond, or set the capacity of the agent to it and add agents.',
  },
  foreign_reply: {
    cause: 'replies come from another address than the probed one',
    advice:
      "A router or host replies for others. The agent's page has an example; probe the address that replies. The agent itself works.",
  },
  unknown: {
    cause: 'probes have no result, and the agent reports no reason',
    advice: "See the agent's log; an agent of an older version does not report the reason.",
  },
};

/** Returns the reason with the most probes; the worse one of equals, null without any. Reasons of newer agents count as unknown. */
export function mainUnmeasured(counts: Readonly<Record<string, number>>): UnmeasuredReason | null {
  let main: UnmeasuredReason | null = null;
  for (const reason of UNMEASURED_REASONS) {
    if ((counts[reason] ?? 0) > (main === null ? 0 : (counts[main] ?? 0))) main = reason;
  }
  return main ?? (Object.values(counts).some((count) => count > 0) ? 'unknown' : null);
}
