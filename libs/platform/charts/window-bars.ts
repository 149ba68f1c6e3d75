/** A bar over a time window, from `low` to `high` in units of the value axis. */
export interface WindowBar {
  fromMs: number;
  toMs: number;
  low: number;
  high: number;
  colour: string;
}

type Coord = (point: number[]) => number[];

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

/** Returns a custom series of bars as wide as their time windows. A bar series on a time axis cannot draw them: it has points only. */
export function windowBars<T extends object>(bars: (WindowBar | null)[], more: T) {
  return {
    type: 'custom',
    clip: true,
    encode: { x: 0, y: [1, 2] },
    data: bars.map((bar) =>
      bar === null ? [null, null, null] : [(bar.fromMs + bar.toMs) / 2, Math.max(bar.high, bar.low), bar.low],
    ),
    renderItem: ({ dataIndex }: { dataIndex: number }, { coord }: { coord: Coord }) => {
      const bar = bars[dataIndex];
      if (bar === null || bar === undefined) return undefined;
      return { type: 'rect', shape: windowBarRect(bar, coord), style: { fill: bar.colour } };
    },
    ...more,
  };
}

/** Returns the rectangle of a bar in pixels, with a gap of 1 px between bars that are at least 3 px wide. */
export function windowBarRect(bar: WindowBar, coord: Coord): Rect {
  const [left = 0, top = 0] = coord([bar.fromMs, bar.high]);
  const [right = 0, bottom = 0] = coord([bar.toMs, bar.low]);
  const gapPx = right - left >= 3 ? 1 : 0;
  const height = Math.max(2, bottom - top);
  return { x: left, y: bottom - height, width: Math.max(1, right - left - gapPx), height };
}
