import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CYCLE_KEPT_MAX, levelsOf } from './import-levels';
import { LineGraph } from './line-graph';

/** Counts what a search reads. */
class CountedGraph extends LineGraph {
  reads = 0;

  override parentAt(edge: number): number {
    this.reads += 1;
    return super.parentAt(edge);
  }
}

function graphOf(parents: readonly (readonly number[])[]): CountedGraph {
  const graph = new CountedGraph(parents.length);
  for (const each of parents) graph.addNode(each);
  return graph;
}

const LINES = 250_000;
/** Parents that are read for the path that a refused line shows. */
const READ_PER_REFUSAL = 64;

describe('levels of lines', () => {
  it('put each line after its parents', () => {
    const { levels, cycles } = levelsOf(graphOf([[1, 2], [2], [], [0]]));
    expect([...levels]).toEqual([3, 2, 1, 4]);
    expect(cycles).toEqual([]);
  });

  it('refuse the lines of a cycle with the way back, and not lines that depend on them', () => {
    const { cycles, levels } = levelsOf(graphOf([[1], [2], [0], [0], [4]]));
    expect(cycles).toEqual([
      { node: 0, path: [0, 1, 2], isWhole: true },
      { node: 1, path: [1, 2, 0], isWhole: true },
      { node: 2, path: [2, 0, 1], isWhole: true },
      { node: 4, path: [4], isWhole: true },
    ]);
    expect(levels[3]).toBeGreaterThan(1);
  });

  it('are right for any graph: a line is refused if and only if it reaches itself', () => {
    const graphs = fc
      .integer({ min: 1, max: 9 })
      .chain((count) =>
        fc.array(fc.uniqueArray(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count }),
      );
    fc.assert(
      fc.property(graphs, (parents) => {
        const { levels, cycles } = levelsOf(graphOf(parents));
        const refused = new Set(cycles.map(({ node }) => node));
        expect([...refused]).toEqual(parents.flatMap((_each, node) => (reaches(parents, node) ? [node] : [])));
        for (const { node, path, isWhole } of cycles) {
          expect(path[0]).toBe(node);
          const walk = isWhole ? [...path, node] : path;
          for (let at = 1; at < walk.length; at += 1) expect(parents[walk[at - 1]]).toContain(walk[at]);
        }
        for (const [node, of] of parents.entries()) {
          if (refused.has(node)) continue;
          for (const parent of of) expect(levels[node]).toBeGreaterThan(levels[parent]);
        }
      }),
    );
  });
});

describe('a large file', () => {
  it('with one ring of all lines is searched once, and keeps few entries of each line', () => {
    const graph = graphOf(Array.from({ length: LINES }, (_, node) => [(node + 1) % LINES]));
    const { cycles } = levelsOf(graph);
    expect(cycles).toHaveLength(LINES);
    expect(cycles[7]).toEqual({ node: 7, path: [7, 8, 9, 10, 11], isWhole: false });
    expect(Math.max(...cycles.slice(0, 1_000).map(({ path }) => path.length))).toBe(CYCLE_KEPT_MAX);
    expect(graph.reads).toBeLessThanOrEqual(LINES + READ_PER_REFUSAL * LINES);
  });

  it('with 16 ancestors per line and one way back is searched once', () => {
    const parents = Array.from({ length: LINES }, (_, node) =>
      Array.from({ length: Math.min(16, LINES - 1 - node) }, (_each, at) => node + at + 1),
    );
    const straight = graphOf(parents);
    const edges = straight.firstOf(LINES);
    const { levels, cycles } = levelsOf(straight);
    expect(cycles).toEqual([]);
    expect(levels[0]).toBe(LINES);
    expect(straight.reads).toBe(edges);
    parents[LINES - 1] = [0];
    const closed = graphOf(parents);
    expect(levelsOf(closed).cycles).toHaveLength(LINES);
    expect(closed.reads).toBeLessThanOrEqual(edges + 1 + READ_PER_REFUSAL * LINES);
  });
});

function reaches(parents: readonly (readonly number[])[], node: number): boolean {
  const found = new Set<number>();
  const waiting = [...parents[node]];
  for (const at of waiting) {
    if (found.has(at)) continue;
    found.add(at);
    waiting.push(...parents[at]);
  }
  return found.has(node);
}
