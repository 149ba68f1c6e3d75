import { UNCOUNTED_TEXTS, type UncountedResults } from '@icmp-mon/probing/contract';
import type { AgentLog } from '../agent-log';

const LOG_EVERY_MS = 60_000;

/** Logs which of this agent's results the control plane does not count as intended: their uploads were answered with 200. */
export class UncountedLog {
  private current: readonly UncountedResults[] = [];
  private loggedReasons = '';
  private loggedAtMs = -Infinity;

  constructor(private readonly log: AgentLog) {}

  /** Uncounted results of the last minutes, as reported last. */
  get latest(): readonly UncountedResults[] {
    return this.current;
  }

  logUncounted(uncounted: readonly UncountedResults[]): void {
    this.current = uncounted;
    const reasons = uncounted
      .map(({ reason }) => reason)
      .sort()
      .join();
    const nowMs = performance.now();
    if (reasons === this.loggedReasons && (reasons === '' || nowMs - this.loggedAtMs < LOG_EVERY_MS)) return;
    this.loggedReasons = reasons;
    this.loggedAtMs = nowMs;
    if (reasons === '')
      return this.log.info(
        {},
        'no more uncounted results: the control plane counts all results of this agent as measured',
      );
    const results = Object.fromEntries(uncounted.map(({ reason, results: count }) => [reason, count]));
    const text = uncounted.map(({ reason }) => UNCOUNTED_TEXTS[reason] ?? reason).join('; ');
    // Blocks that were sent again after a lost answer are not a fault.
    const level = reasons === 'repeated' ? 'info' : 'warn';
    this.log[level]({ results }, `results are not counted as measured: ${text}`);
  }
}
