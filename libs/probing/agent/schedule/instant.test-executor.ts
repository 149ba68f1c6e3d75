import { OUTCOME } from '@icmp-mon/probing/contract';
import type { Executor, ProbedTarget, ProbeSlice, SliceEnd } from '../executors/executor';

export const START_MS = 1_795_000_000_123;

/** Replies to each probe at its time, and records which slices ran when. */
export class InstantExecutor implements Executor {
  readonly type = 'icmp_ping';
  readonly parallelMax = 6;
  readonly counters = { droppedLines: 0, foreignReplies: 0, notBelieved: {} };
  own = 0;
  /** How many times slower it sends than asked. */
  slower = 1;
  outcome: number = OUTCOME.reply;
  /** Outcome by address; that of all unless set. */
  outcomeOf: ((ip: string) => number) | undefined;
  checks = 0;
  pausedMs = 0;
  /** Reports no result for targets from this number on. */
  answersMax = Infinity;
  expected: readonly string[] = [];
  readonly slices: { fromMs: number; count: number; spacingMs: number; aborted: boolean }[] = [];

  runSlice(slice: ProbeSlice, onResult: Parameters<Executor['runSlice']>[1], signal: AbortSignal): Promise<SliceEnd> {
    const { ips } = slice;
    const spacingMs = slice.spacingMs * this.slower;
    const ran = { fromMs: performance.now(), count: ips.length, spacingMs, aborted: false };
    this.slices.push(ran);
    return new Promise((resolve) => {
      ips.forEach((ip, index) => {
        setTimeout(() => {
          if (!ran.aborted && index < this.answersMax)
            onResult(index, START_MS + performance.now(), this.outcomeOf?.(ip) ?? this.outcome, 1_000);
        }, index * spacingMs);
      });
      setTimeout(() => resolve({ ok: true, pausedMs: this.pausedMs }), ips.length * spacingMs + 1);
      signal.addEventListener('abort', () => {
        ran.aborted = true;
        resolve({ ok: false, pausedMs: 0, state: 'restarting', detail: 'failed by the test' });
      });
    });
  }

  health(): ReturnType<Executor['health']> {
    return { type: 'icmp_ping', state: 'ok', detail: '' };
  }

  ownPackets(): number {
    return this.own;
  }

  checkExecutor(): Promise<SliceEnd | null> {
    this.checks++;
    return Promise.resolve(null);
  }

  setTargets(targets: readonly ProbedTarget[]): void {
    this.expected = targets.map(({ ip }) => ip);
  }

  close(): void {
    this.slices.length = 0;
  }

  /** Returns the packets per second that all slices together send at an instant. */
  rateAt(atMs: number): number {
    const sending = this.slices.filter(
      ({ fromMs, count, spacingMs }) => fromMs <= atMs && atMs < fromMs + count * spacingMs,
    );
    return sending.reduce((sum, { spacingMs }) => sum + 1_000 / spacingMs, 0);
  }
}
