import type { LineGraph } from './line-graph';

/** Entries of a cycle that are kept; a result shows no more. */
export const CYCLE_KEPT_MAX = 5;
/** Parents that the search for the shortest cycle of one line looks at. */
const SEARCHED_MAX = 64;

/** A line that would depend on itself. */
export interface CycleLine {
  node: number;
  /** The line and what it depends on, up to where it returns to the line; at most `CYCLE_KEPT_MAX`. */
  path: number[];
  /** Whether `path` contains the whole cycle. */
  isWhole: boolean;
}

export interface Levels {
  /** Levels of the lines, from 1. */
  levels: Int32Array;
  cycles: CycleLine[];
}

/**
 * Returns the order in which lines with parents run: each line has a higher level than its parents that are lines with parents too. Lines on a
 * cycle are refused; lines that depend on them run, because their parent may be a target already.
 *
 * Tarjan's search for groups of lines that depend on each other, without recursion; each parent of each line is followed once:
 *
 *   `path`    from the first line down to the current one
 *   `open`    visited lines whose group is not known yet
 *   `lowest`  of what a line reaches among them, the one that was visited first; a line that reaches none before itself closes a group
 */
export function levelsOf(graph: LineGraph): Levels {
  const { count } = graph;
  const [visits, lowest, groups, levels] = [0, 0, 0, 0].map(() => new Int32Array(count));
  const [open, path, next] = [0, 0, 0].map(() => new Int32Array(count));
  const isOnCycle = new Uint8Array(count);
  let [visited, opened, depth, closed] = [0, 0, 0, 0];
  for (let first = 0; first < count; first += 1) {
    if (visits[first] === 0) visit(first);
    while (depth > 0) {
      const at = path[depth - 1];
      if (next[at] < graph.firstOf(at + 1)) follow(at, graph.parentAt(next[at]++));
      else leave(at);
    }
  }
  const cycles: CycleLine[] = [];
  for (let node = 0; node < count; node += 1) if (isOnCycle[node] === 1) cycles.push(cycleOf(graph, groups, node));
  return { levels, cycles };

  function visit(node: number): void {
    visited += 1;
    visits[node] = visited;
    lowest[node] = visited;
    next[node] = graph.firstOf(node);
    open[opened++] = node;
    path[depth++] = node;
  }

  function follow(at: number, parent: number): void {
    if (parent === at) isOnCycle[at] = 1;
    if (visits[parent] === 0) visit(parent);
    else if (groups[parent] === 0) lowest[at] = Math.min(lowest[at], visits[parent]);
    else levels[at] = Math.max(levels[at], levels[parent]);
  }

  function leave(at: number): void {
    depth -= 1;
    levels[at] += 1;
    if (lowest[at] === visits[at]) closeGroup(at);
    if (depth === 0) return;
    const below = path[depth - 1];
    lowest[below] = Math.min(lowest[below], lowest[at]);
    levels[below] = Math.max(levels[below], levels[at]);
  }

  function closeGroup(first: number): void {
    closed += 1;
    const isAlone = open[opened - 1] === first;
    let node: number;
    do {
      node = open[--opened];
      groups[node] = closed;
      if (!isAlone) isOnCycle[node] = 1;
    } while (node !== first);
  }
}

/** Returns the shortest cycle of a line, breadth first within its group, or a beginning of one. */
function cycleOf(graph: LineGraph, groups: Int32Array, node: number): CycleLine {
  const found = [node];
  const foundFrom = [-1];
  let searched = 0;
  for (let at = 0; at < found.length && searched < SEARCHED_MAX; at += 1) {
    const end = graph.firstOf(found[at] + 1);
    for (let edge = graph.firstOf(found[at]); edge < end && searched < SEARCHED_MAX; edge += 1, searched += 1) {
      const parent = graph.parentAt(edge);
      if (parent === node) return kept(node, pathTo(at), true);
      if (groups[parent] !== groups[node] || found.includes(parent)) continue;
      found.push(parent);
      foundFrom.push(at);
    }
  }
  return kept(node, pathTo(found.length - 1), false);

  function pathTo(last: number): number[] {
    const path: number[] = [];
    for (let at = last; at !== -1; at = foundFrom[at]) path.push(found[at]);
    return path.reverse();
  }
}

const kept = (node: number, path: readonly number[], isWhole: boolean): CycleLine => ({
  node,
  path: path.slice(0, CYCLE_KEPT_MAX),
  isWhole: isWhole && path.length <= CYCLE_KEPT_MAX,
});
