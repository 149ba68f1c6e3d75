import type { AgentLog } from '../agent-log';
import type { SliceEnd } from '../executors/executor';

const LOG_EVERY_MS = 60_000;

/** Logs the state of probing: a change immediately; a state other than `ok`, and a remark, once per minute. */
export class ProbingLog {
  private saidAtMs = -Infinity;
  private saidState = '';
  private remarkedAtMs = -Infinity;

  constructor(private readonly log: AgentLog) {}

  logEnd(end: SliceEnd, counters: object): void {
    this.sayState(end.ok ? 'ok' : end.state, end.ok ? '' : end.detail);
    if (end.remark === undefined || performance.now() - this.remarkedAtMs < LOG_EVERY_MS) return;
    this.remarkedAtMs = performance.now();
    this.log.warn({ ...counters }, end.remark);
  }

  private sayState(state: string, detail: string): void {
    const nowMs = performance.now();
    const changed = state !== this.saidState;
    if (!changed && (state === 'ok' || nowMs - this.saidAtMs < LOG_EVERY_MS)) return;
    if (state !== 'ok') this.log.error({ state, detail }, `probing has no data: ${detail}`);
    else if (this.saidState !== '') this.log.info({}, 'probing works again');
    this.saidState = state;
    this.saidAtMs = nowMs;
  }
}
