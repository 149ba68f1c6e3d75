/** Names of probe outcomes; the index is the code in blocks and series. Codes never change: append only. */
export const OUTCOME_NAMES = ['reply', 'timeout', 'not_sent', 'unreachable', 'refused', 'error', 'mismatch'] as const;

export type OutcomeName = (typeof OUTCOME_NAMES)[number];

/**
 * Codes by name. `reply`: a reply arrived; `timeout`: none arrived in time; `not_sent`: the kernel refused to send; `unreachable`: an ICMP
 * error arrived; `refused`: the peer refused; `error`: the executor failed; `mismatch`: an answer arrived, but not the one that the check
 * demands (status or body of an HTTP response, answer of a name server). A ping has no such demand.
 */
export const OUTCOME = {
  reply: 0,
  timeout: 1,
  not_sent: 2,
  unreachable: 3,
  refused: 4,
  error: 5,
  mismatch: 6,
} as const satisfies Record<OutcomeName, number>;

/** Whether this version knows the code. */
export function isOutcome(code: number): boolean {
  return Number.isInteger(code) && code >= 0 && code < OUTCOME_NAMES.length;
}

/** Whether the outcome is evidence about the target: a packet that was never sent, or a failed executor, is not. */
export function isVote(code: number): boolean {
  return code !== OUTCOME.not_sent && code !== OUTCOME.error;
}

/** Whether something answered, also if not as demanded. */
export function isAnswer(code: number): boolean {
  return isVote(code) && code !== OUTCOME.timeout && code !== OUTCOME.unreachable && code !== OUTCOME.refused;
}

/** Whether the target replied as the check demands. */
export function isSuccess(code: number): boolean {
  return code === OUTCOME.reply;
}

/** Returns the name of an outcome code. Throws a RangeError for an unknown code. */
export function outcomeName(code: number): OutcomeName {
  const name = OUTCOME_NAMES[code];
  if (name === undefined) throw new RangeError(`unknown outcome code ${code}: the table has ${OUTCOME_NAMES.length}`);
  return name;
}
