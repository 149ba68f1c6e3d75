/**
 * States of an executor. `deaf`: it receives no replies, not even from this machine's own address; `unsupported_version`: its output cannot
 * be parsed; `family_unavailable`: it has no socket for IPv4 or for IPv6, while the other works; `source_missing`: the machine lacks the source
 * address of a check, others work. A newer agent may report others.
 */
export const EXECUTOR_STATES = [
  'ok',
  'missing',
  'not_permitted',
  'restarting',
  'idle',
  'deaf',
  'unsupported_version',
  'family_unavailable',
  'source_missing',
] as const;
export type ExecutorState = (typeof EXECUTOR_STATES)[number];

/** State of one executor on an agent; `detail` is a complete sentence for the operator. */
export interface ExecutorHealth {
  type: string;
  state: ExecutorState;
  detail: string;
  /** Version of the program that the executor runs; missing from older agents. */
  version?: string;
}
