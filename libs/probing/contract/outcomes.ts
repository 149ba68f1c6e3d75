/** Names of probe outcomes; the index is the code in blocks and series. Codes are for ever: only append. */
export const OUTCOME_NAMES = ['reply', 'timeout', 'not_sent', 'unreachable', 'refused', 'error'] as const;

export type OutcomeName = (typeof OUTCOME_NAMES)[number];

/** Codes by name: `reply` an answer came; `timeout` none came in time; `not_sent` the kernel refused to send;
 * `unreachable` an ICMP error came back; `refused` the peer refused; `error` the executor broke. */
export const OUTCOME = {
  reply: 0,
  timeout: 1,
  not_sent: 2,
  unreachable: 3,
  refused: 4,
  error: 5,
} as const satisfies Record<OutcomeName, number>;

/** Whether the code is one that this version knows. */
export function isOutcome(code: number): boolean {
  return Number.isInteger(code) && code >= 0 && code < OUTCOME_NAMES.length;
}

/** Whether the outcome says anything of the target: a packet that never left, or an executor that broke, does not. */
export function isVote(code: number): boolean {
  return code !== OUTCOME.not_sent && code !== OUTCOME.error;
}

/** Whether the target answered. */
export function isSuccess(code: number): boolean {
  return code === OUTCOME.reply;
}

/** The name of an outcome code. Throws a RangeError on a code that is not in the table. */
export function outcomeName(code: number): OutcomeName {
  const name = OUTCOME_NAMES[code];
  if (name === undefined) throw new RangeError(`unknown outcome code ${code}: the table has ${OUTCOME_NAMES.length}`);
  return name;
}
