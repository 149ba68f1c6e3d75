import type { ExecutorState } from './executor-health';

/** Cause by the state of an executor, as part of a sentence. States in which it works have none. */
const EXECUTOR_CAUSES: Readonly<Partial<Record<ExecutorState, string>>> = {
  missing: 'an executor is not installed',
  not_permitted: 'an executor may not open a raw socket',
  restarting: 'an executor failed and is started again',
  deaf: 'an executor receives no replies',
  unsupported_version: 'an executor has a version that cannot be used',
  family_unavailable: 'the machine has no socket for IPv4 or IPv6 targets',
  source_missing: 'the machine does not have the source address of a check; only its pings have no data',
};

/** Returns the cause that an executor reports by its state, without what is special to one agent; null if it works. */
export function executorCause(state: string): string | null {
  if (state === 'ok' || state === 'idle') return null;
  return Object.entries(EXECUTOR_CAUSES).find(([known]) => known === state)?.[1] ?? 'an executor has a fault';
}
