import { faded, type Palette, type TimeSpan, type WindowBar } from '@icmp-mon/platform/charts';
import type { AgentLane, AgentLanesPage, HistoryPoint } from '@icmp-mon/probing/contract';
import { spanOfLaneWindow, spanOfPoint, spanOfStatus, type Timeline, within } from './timeline';

/** From this share of lost probes on, a window is drawn as an outage. */
const OUTAGE_RATIO = 0.5;
/** Height of a loss bar without loss: it shows that probes were sent. */
const NO_LOSS_HEIGHT = 0.06;
/** Part of the height of a lane that its cells do not fill, on each side. */
const LANE_GAP = 0.1;

type Quantile = 'rttMinUs' | 'rttP10Us' | 'rttP25Us' | 'rttP75Us' | 'rttP90Us' | 'rttP95Us';

/** Bands of the smoke graph, lightest first: each is drawn over the ones before it, which gives `shownAlpha`. */
export const SMOKE: readonly { low: Quantile; high: Quantile; alpha: number; shownAlpha: number; text: string }[] = [
  { low: 'rttMinUs', high: 'rttP95Us', alpha: 0.16, shownAlpha: 0.16, text: 'min to p95' },
  { low: 'rttP10Us', high: 'rttP90Us', alpha: 0.22, shownAlpha: 0.34, text: 'p10 to p90' },
  { low: 'rttP25Us', high: 'rttP75Us', alpha: 0.3, shownAlpha: 0.54, text: 'p25 to p75' },
];

/** Returns one band of the smoke graph: the distribution of round-trip times in each window. */
export function smokeBars(
  points: readonly HistoryPoint[],
  frame: TimeSpan,
  { low, high }: (typeof SMOKE)[number],
  colour: string,
): WindowBar[] {
  return points.flatMap((point) => {
    const span = within(spanOfPoint(point), frame);
    const [lowUs, highUs] = [point[low], point[high]];
    return span === null || lowUs === null || highUs === null ? [] : [{ ...span, low: lowUs, high: highUs, colour }];
  });
}

/** Returns the median of each window; without a height it is drawn as a line. */
export function medianBars(points: readonly HistoryPoint[], frame: TimeSpan, colour: string): WindowBar[] {
  return points.flatMap((point) => {
    const span = within(spanOfPoint(point), frame);
    const { rttP50Us } = point;
    return span === null || rttP50Us === null ? [] : [{ ...span, low: rttP50Us, high: rttP50Us, colour }];
  });
}

export function lossBars(points: readonly HistoryPoint[], frame: TimeSpan, colours: Palette): WindowBar[] {
  return points.flatMap((point) => {
    const span = within(spanOfPoint(point), frame);
    const { lossRatio } = point;
    if (span === null || lossRatio === null) return [];
    return [{ ...span, low: 0, high: Math.max(lossRatio, NO_LOSS_HEIGHT), colour: lossColour(lossRatio, colours) }];
  });
}

export function statusBars({ statuses, judgedUntilMs, frame }: Timeline, colours: Palette): WindowBar[] {
  return statuses.flatMap((interval) => {
    const span = within(spanOfStatus(interval, judgedUntilMs), frame);
    const colour = interval.status === 'up' ? faded(colours.up, 0.55) : colours[interval.status];
    return span === null ? [] : [{ ...span, low: 0, high: 1, colour }];
  });
}

/** Returns the corrected statuses; later revisions are drawn over earlier ones. */
export function correctionBars({ corrections, frame }: Timeline, colours: Palette): WindowBar[] {
  return corrections.flatMap(({ from, to, status }) => {
    const span = within({ fromMs: Date.parse(from), toMs: Date.parse(to) }, frame);
    return span === null ? [] : [{ ...span, low: 0, high: 1, colour: colours[status] }];
  });
}

/** Returns the cells of all lanes: the loss of each agent in each window in which it measured the target. */
export function laneBars(
  page: AgentLanesPage,
  lanes: readonly AgentLane[],
  frame: TimeSpan,
  colours: Palette,
): WindowBar[] {
  return lanes.flatMap(({ sent, lost }, lane) =>
    sent.flatMap((count, window) => {
      const span = within(spanOfLaneWindow(page, window), frame);
      if (count === 0 || span === null) return [];
      const colour = lossColour(lost[window] / count, colours);
      return [{ ...span, low: lane + 1 - LANE_GAP, high: lane + LANE_GAP, colour }];
    }),
  );
}

function lossColour(lossRatio: number, colours: Palette): string {
  if (lossRatio === 0) return faded(colours.up, 0.35);
  return lossRatio < OUTAGE_RATIO ? colours.degraded : colours.down;
}
