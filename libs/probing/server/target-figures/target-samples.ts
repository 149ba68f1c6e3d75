import {
  isConfirming,
  isSuccess,
  isVote,
  STRIP_CELL_MS,
  STRIP_CELLS,
  type TargetFigures,
} from '@icmp-mon/probing/contract';
import type { SeriesSamples } from '@icmp-mon/probing/wire';

export const RECENT_MS = 300_000;
const RATIO_DIGITS = 10_000;

/** Latest reply of an agent. */
interface LastReply {
  timeMs: number;
  rttUs: number;
}

/** Returns the start of the first cell of a strip and the end of its last one, which contains the current minute. */
export function stripSpan(nowMs: number): { fromMs: number; untilMs: number } {
  const untilMs = (Math.floor(nowMs / STRIP_CELL_MS) + 1) * STRIP_CELL_MS;
  return { fromMs: untilMs - STRIP_CELLS * STRIP_CELL_MS, untilMs };
}

/** Computes the figures of one target from the samples of its last hour. */
export class TargetSamples {
  private readonly sent = new Uint32Array(STRIP_CELLS);
  private readonly lost = new Uint32Array(STRIP_CELLS);
  private readonly lastReplies = new Map<number, LastReply>();
  private recentSent = 0;
  private recentLost = 0;
  private readonly fromMs: number;
  private readonly recentFromMs: number;

  constructor(nowMs: number) {
    this.fromMs = stripSpan(nowMs).fromMs;
    this.recentFromMs = nowMs - RECENT_MS;
  }

  /** Adds samples, without confirming probes. */
  add(windowStartMs: number, samples: SeriesSamples): void {
    const { details } = samples;
    for (let row = 0; row < samples.count; row++) {
      if (details.size > 0 && isConfirming(details.get(row))) continue;
      const timeMs = windowStartMs + samples.timeOffsetMs[row];
      const cell = Math.floor((timeMs - this.fromMs) / STRIP_CELL_MS);
      const outcome = samples.outcome[row];
      if (cell < 0 || cell >= STRIP_CELLS || !isVote(outcome)) continue;
      const isLost = isSuccess(outcome) ? 0 : 1;
      this.sent[cell]++;
      this.lost[cell] += isLost;
      if (timeMs < this.recentFromMs) continue;
      this.recentSent++;
      this.recentLost += isLost;
      if (isLost === 0) this.keepReply(samples.agentNo[row], { timeMs, rttUs: samples.rttUs[row] });
    }
  }

  figuresOf(key: number, medianRttUs: number | null): TargetFigures {
    return {
      key,
      rttUs: this.rttUs(),
      medianRttUs,
      lossRatio: ratio(this.recentLost, this.recentSent),
      strip: Array.from(this.sent, (sent, cell) => ratio(this.lost[cell], sent)),
    };
  }

  private keepReply(agentNo: number, reply: LastReply): void {
    const kept = this.lastReplies.get(agentNo);
    if (kept === undefined || kept.timeMs <= reply.timeMs) this.lastReplies.set(agentNo, reply);
  }

  private rttUs(): number | null {
    const rtts = [...this.lastReplies.values()].map(({ rttUs }) => rttUs).sort((a, b) => a - b);
    return rtts[(rtts.length - 1) >> 1] ?? null;
  }
}

/** Rounds to four digits: a strip of 60 cells is sent for each row of a list. */
function ratio(lost: number, sent: number): number | null {
  return sent === 0 ? null : Math.round((lost / sent) * RATIO_DIGITS) / RATIO_DIGITS;
}
