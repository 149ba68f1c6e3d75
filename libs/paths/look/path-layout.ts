import type { PathEdge } from '@icmp-mon/paths/contract';
import type { DrawnGraph } from './fold-agents';

/** Sizes of the drawing, px. */
export const NODE_WIDTH = 134;
export const NODE_HEIGHT = 48;
const COLUMN_WIDTH = 168;
const ROW_GAP = 16;
/** Height that a long edge takes in a column which it crosses. */
const LANE_HEIGHT = 10;
const MARGIN = 14;

export interface Place {
  /** Distance from the right edge, so that nothing moves when a longer path appears. */
  right: number;
  /** Centre. */
  y: number;
}

export interface DrawnEdge extends PathEdge {
  /** Path of an SVG. */
  line: string;
  /** Leads away from the target, as in a loop. */
  isBack: boolean;
}

export interface PathLayout {
  places: ReadonlyMap<string, Place>;
  edges: DrawnEdge[];
  width: number;
  height: number;
}

/** A node, or the place of long edges to one node in a column which they cross. */
interface Item {
  id: string;
  height: number;
  /** Items of columns closer to the target to which it leads. */
  next: string[];
}

const laneOf = (to: string, column: number): string => `lane ${column} ${to}`;

/**
 * Returns the places of nodes and edges: the target at the right, each node in the column of its distance from it, and as close as possible to
 * the height of the nodes to which it leads. Nodes of `previous` keep their height.
 */
export function layoutPath(graph: DrawnGraph, previous: ReadonlyMap<string, Place> = new Map()): PathLayout {
  const columns = columnsOf(graph);
  const heights = new Map<string, number>();
  for (const items of columns) {
    const wished = items
      .map((item) => ({ ...item, y: previous.get(item.id)?.y ?? meanOf(item.next, heights) }))
      .sort((a, b) => a.y - b.y || (a.id < b.id ? -1 : 1));
    const isKept = wished.some(({ id }) => previous.has(id));
    for (const { id, y } of isKept ? fitted(wished, previous) : spread(wished)) heights.set(id, y);
  }
  // With previous places, the upper edge stays where it is.
  const top = previous.size > 0 ? 0 : MARGIN - Math.min(...[...heights].map(([id, y]) => y - halfOf(id)));
  const placed = new Map([...heights].map(([id, y]) => [id, y + top]));
  const places = new Map(
    graph.nodes.map(({ id, column }) => [id, { right: MARGIN + column * COLUMN_WIDTH, y: placed.get(id) ?? 0 }]),
  );
  const width = Math.max(1, columns.length) * COLUMN_WIDTH - (COLUMN_WIDTH - NODE_WIDTH) + 2 * MARGIN;
  const height = Math.max(...[...placed].map(([id, y]) => y + halfOf(id))) + MARGIN;
  return { places, edges: graph.edges.map((edge) => drawnEdge(edge, graph, { places, placed, width })), width, height };
}

const halfOf = (id: string): number => (id.startsWith('lane ') ? LANE_HEIGHT : NODE_HEIGHT) / 2;

function columnsOf({ nodes, edges }: DrawnGraph): Item[][] {
  const columnOf = new Map(nodes.map(({ id, column }) => [id, column]));
  const items = new Map<string, Item & { column: number }>();
  const itemAt = (id: string, column: number, height: number): Item => {
    let item = items.get(id);
    if (item === undefined) items.set(id, (item = { id, column, height, next: [] }));
    return item;
  };
  for (const { id, column } of nodes) itemAt(id, column, NODE_HEIGHT);
  for (const { from, to } of edges) {
    const [start, end] = [columnOf.get(from) ?? 0, columnOf.get(to) ?? 0];
    let next = to;
    for (let column = end + 1; column < start; column++) {
      const lane = itemAt(laneOf(to, column), column, LANE_HEIGHT);
      if (!lane.next.includes(next)) lane.next.push(next);
      next = lane.id;
    }
    if (start > end) items.get(from)?.next.push(next);
  }
  const columns: Item[][] = Array.from({ length: 1 + Math.max(0, ...columnOf.values()) }, () => []);
  for (const item of items.values()) columns[item.column].push(item);
  return columns;
}

function meanOf(ids: readonly string[], heights: ReadonlyMap<string, number>): number {
  return ids.length === 0 ? 0 : ids.reduce((sum, id) => sum + (heights.get(id) ?? 0), 0) / ids.length;
}

type Wished = Item & { y: number };

/** Returns the places closest to the wished ones, in their order, without overlaps: isotonic regression by pooling adjacent violators. */
function spread(items: readonly Wished[]): { id: string; y: number }[] {
  const offsets: number[] = [];
  let offset = 0;
  for (const [at, { height }] of items.entries()) {
    if (at > 0) offset += (items[at - 1].height + height) / 2 + ROW_GAP;
    offsets.push(offset);
  }
  const pools: { mean: number; size: number }[] = [];
  for (const [at, { y }] of items.entries()) {
    pools.push({ mean: y - offsets[at], size: 1 });
    for (let last = pools.length - 1; last > 0 && pools[last - 1].mean > pools[last].mean; last--) {
      const [above, below] = pools.splice(last - 1, 2);
      const size = above.size + below.size;
      pools.push({ mean: (above.mean * above.size + below.mean * below.size) / size, size });
    }
  }
  const shifts = pools.flatMap(({ mean, size }) => Array.from({ length: size }, () => mean));
  return items.map(({ id }, at) => ({ id, y: shifts[at] + offsets[at] }));
}

/** Places new items next to items that keep their places, below where there is no room. */
function fitted(items: readonly Wished[], previous: ReadonlyMap<string, Place>): { id: string; y: number }[] {
  const taken = items.filter(({ id }) => previous.has(id));
  for (const item of items) {
    if (previous.has(item.id)) continue;
    let y = Math.max(item.y, MARGIN + item.height / 2);
    for (const other of [...taken].sort((a, b) => a.y - b.y)) {
      const distance = (other.height + item.height) / 2 + ROW_GAP;
      if (Math.abs(other.y - y) < distance) y = other.y + distance;
    }
    taken.push({ ...item, y });
  }
  return taken;
}

interface Drawing {
  places: ReadonlyMap<string, Place>;
  /** Heights of nodes and lanes. */
  placed: ReadonlyMap<string, number>;
  width: number;
}

function drawnEdge(edge: PathEdge, { nodes }: DrawnGraph, { places, placed, width }: Drawing): DrawnEdge {
  const columnOf = (id: string): number => nodes.find((node) => node.id === id)?.column ?? 0;
  const leftOf = (column: number): number => width - MARGIN - column * COLUMN_WIDTH - NODE_WIDTH;
  const [start, end] = [columnOf(edge.from), columnOf(edge.to)];
  const [fromY, toY] = [places.get(edge.from)?.y ?? 0, places.get(edge.to)?.y ?? 0];
  if (start <= end) return { ...edge, isBack: true, line: backLine(leftOf(start), fromY, leftOf(end), toY) };
  let line = `M${leftOf(start) + NODE_WIDTH} ${round(fromY)}`;
  let y = fromY;
  for (let column = start - 1; column >= end; column--) {
    const nextY = column === end ? toY : (placed.get(laneOf(edge.to, column)) ?? toY);
    const [x1, x2] = [leftOf(column + 1) + NODE_WIDTH, leftOf(column)];
    const middle = (x1 + x2) / 2;
    line += `C${middle} ${round(y)} ${middle} ${round(nextY)} ${x2} ${round(nextY)}`;
    if (column > end) line += `H${x2 + NODE_WIDTH}`;
    y = nextY;
  }
  return { ...edge, isBack: false, line };
}

/** From the lower edge of one node to that of another one, below both. */
function backLine(fromLeft: number, fromY: number, toLeft: number, toY: number): string {
  const [x1, x2] = [fromLeft + NODE_WIDTH / 2, toLeft + NODE_WIDTH / 2];
  const [y1, y2] = [fromY + NODE_HEIGHT / 2, toY + NODE_HEIGHT / 2];
  const below = Math.max(y1, y2) + NODE_HEIGHT / 2;
  return `M${x1} ${round(y1)}C${x1} ${round(below)} ${x2} ${round(below)} ${x2} ${round(y2)}`;
}

const round = (value: number): number => Math.round(value * 10) / 10;
