import { isConfirming, isVote, OUTCOME } from '@icmp-mon/probing/contract';
import { type SeriesSamples, WINDOW_MS } from '@icmp-mon/probing/wire';

const MINUTE_MS = 60_000;
const WINDOWS_MAX = 300;
/** Lengths of windows that divide an hour, ms: multiples of the stored ones. */
const LENGTHS_MS = [WINDOW_MS, 10 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS];

/** Windows of equal length that cover a range. */
export interface LaneFrame {
  /** Start of the first window, ms since 1970. */
  fromMs: number;
  windowMs: number;
  windows: number;
}

/** Returns the shortest windows that cover a range of at most two days, in ms since 1970, with at most 300 of them. */
export function laneFrame({ fromMs, toMs }: { fromMs: number; toMs: number }): LaneFrame {
  const frames = LENGTHS_MS.map((windowMs) => {
    const startMs = Math.floor(fromMs / windowMs) * windowMs;
    return { fromMs: startMs, windowMs, windows: Math.ceil((toMs - startMs) / windowMs) };
  });
  return frames.find(({ windows }) => windows <= WINDOWS_MAX) ?? frames[frames.length - 1];
}

/** Figures of one agent, by window. */
export interface Lane {
  agentNo: number;
  sent: number[];
  lost: number[];
  rttP50Us: (number | null)[];
}

/** Collects the samples of stored windows into one lane per agent. */
export class LaneBuilder {
  private readonly lanes = new Map<number, { sent: number[]; lost: number[]; rttsUs: number[][] }>();

  constructor(private readonly frame: LaneFrame) {}

  /** Adds the samples of the stored window that starts at `startMs`, without confirming probes; windows outside of the frame are ignored. */
  addSamples(startMs: number, { count, agentNo, outcome, rttUs, details }: SeriesSamples): void {
    const window = Math.floor((startMs - this.frame.fromMs) / this.frame.windowMs);
    if (window < 0 || window >= this.frame.windows) return;
    for (let at = 0; at < count; at++) {
      if (!isVote(outcome[at]) || (details.size > 0 && isConfirming(details.get(at)))) continue;
      const lane = this.laneOf(agentNo[at]);
      lane.sent[window]++;
      if (outcome[at] === OUTCOME.reply) (lane.rttsUs[window] ??= []).push(rttUs[at]);
      else lane.lost[window]++;
    }
  }

  private laneOf(agentNo: number): { sent: number[]; lost: number[]; rttsUs: number[][] } {
    const { windows } = this.frame;
    const lane = this.lanes.get(agentNo) ?? {
      sent: new Array<number>(windows).fill(0),
      lost: new Array<number>(windows).fill(0),
      rttsUs: [],
    };
    this.lanes.set(agentNo, lane);
    return lane;
  }

  /** Returns the lanes by the agent's number. */
  build(): Lane[] {
    return [...this.lanes]
      .sort(([a], [b]) => a - b)
      .map(([agentNo, { sent, lost, rttsUs }]) => ({
        agentNo,
        sent,
        lost,
        rttP50Us: sent.map((_, window) => medianOf(rttsUs[window])),
      }));
  }
}

function medianOf(values: number[] | undefined): number | null {
  if (values === undefined) return null;
  const sorted = values.sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}
