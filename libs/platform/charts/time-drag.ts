import type { ECharts } from 'echarts/core';

const LEAST_PX = 6;

/** The area selected by a mouse drag so far, in pixels of the chart. */
export interface DraggedOver {
  leftPx: number;
  widthPx: number;
}

export interface TimeDragListener {
  /** Receives the selected area; null when the drag ended. */
  dragged(over: DraggedOver | null): void;
  /** Receives both ends of the selection on the first time axis, ms since 1970, in the order of the drag. */
  zoomed(oneMs: number, otherMs: number): void;
  zoomedOut(): void;
}

interface MouseEventOfChart {
  offsetX: number;
  offsetY: number;
  event: unknown;
}

/** Reports mouse drags and double clicks inside a chart's plots. Touch drags are ignored: they scroll the page. */
export function listenToDrags(chart: ECharts, listener: TimeDragListener): void {
  let startPx: number | null = null;
  const isInPlot = ({ offsetX, offsetY }: MouseEventOfChart): boolean =>
    [0, 1].some((gridIndex) => chart.containPixel({ gridIndex }, [offsetX, offsetY]));
  const end = (): void => {
    startPx = null;
    listener.dragged(null);
  };
  const surface = chart.getZr();
  surface.on('mousedown', (event: MouseEventOfChart) => {
    if (isTouch(event.event) || !isInPlot(event)) return;
    startPx = event.offsetX;
  });
  surface.on('mousemove', ({ offsetX }: MouseEventOfChart) => {
    if (startPx === null) return;
    listener.dragged({ leftPx: Math.min(startPx, offsetX), widthPx: Math.abs(offsetX - startPx) });
  });
  surface.on('mouseup', ({ offsetX }: MouseEventOfChart) => {
    if (startPx === null) return;
    const ends = [startPx, offsetX].map((px) => chart.convertFromPixel({ xAxisIndex: 0 }, px));
    const isLong = Math.abs(offsetX - startPx) >= LEAST_PX;
    end();
    if (isLong) listener.zoomed(Number(ends[0]), Number(ends[1]));
  });
  surface.on('globalout', end);
  surface.on('dblclick', (event: MouseEventOfChart) => {
    if (isInPlot(event)) listener.zoomedOut();
  });
}

function isTouch(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'pointerType' in event && event.pointerType === 'touch';
}
