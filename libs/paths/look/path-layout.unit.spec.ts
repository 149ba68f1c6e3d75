import { describe, expect, it } from 'vitest';
import { foldAgents, type DrawnGraph } from './fold-agents';
import { nextNode } from './path-keys';
import { layoutPath, NODE_HEIGHT, NODE_WIDTH, type PathLayout } from './path-layout';
import { ended, manyAgents, shown, TARGET } from './path.test-data';
import { columnsOfPath, livePath } from './live-path';
import type { ShownPath } from './shown-path';

const graphOf = (path: ShownPath): DrawnGraph =>
  foldAgents({ nodes: [...path.nodes], edges: [...path.edges], loops: [...path.loops] }, new Set());
const layoutOf = (path: ShownPath): PathLayout => layoutPath(graphOf(path));
const line = (hops: number) => Array.from({ length: hops - 1 }, (_, at) => `192.0.2.${at + 1}`);

function overlaps({ places }: PathLayout): string[] {
  const all = [...places];
  return all.flatMap(([one, a], at) =>
    all
      .slice(at + 1)
      .filter(([, b]) => a.right === b.right && Math.abs(a.y - b.y) < NODE_HEIGHT)
      .map(([two]) => `${one} and ${two}`),
  );
}

describe('the layout of paths', () => {
  it('has the target at the right and each node left of those to which it leads', () => {
    const { places, edges, width } = layoutOf(
      shown(ended('one', line(8)), ended('two', ['192.0.2.200', ...line(8).slice(4)])),
    );
    const target = places.get(TARGET);
    for (const { from, to } of edges) expect(places.get(from)?.right).toBeGreaterThan(places.get(to)?.right ?? NaN);
    expect(Math.min(...[...places.values()].map(({ right }) => right))).toBe(target?.right);
    for (const { right } of places.values()) expect(right + NODE_WIDTH).toBeLessThanOrEqual(width);
  });

  it.each([2, 12, 100])('places %d agents without overlaps, inside the drawing', (count) => {
    const layout = layoutOf(manyAgents(count));
    expect(overlaps(layout)).toEqual([]);
    for (const { y } of layout.places.values()) {
      expect(y - NODE_HEIGHT / 2).toBeGreaterThanOrEqual(0);
      expect(y + NODE_HEIGHT / 2).toBeLessThanOrEqual(layout.height);
    }
  });

  it.each([3, 30])('has a column for each of %d hops', (hops) => {
    const { places } = layoutOf(shown(ended('one', line(hops))));
    expect(new Set([...places.values()].map(({ right }) => right)).size).toBe(hops + 1);
  });

  it('draws 100 agents of 30 hops in less than a second', () => {
    const path = shown(
      ...Array.from({ length: 100 }, (_, at) => ended(`agent-${at}`, [`203.0.113.${at}`, ...line(29)])),
    );
    expect(overlaps(layoutOf(path))).toEqual([]);
  });

  it('leads a long edge past the nodes of the columns that it crosses', () => {
    // The agent `two` is three hops from the core, over a router that others reach over more hops.
    const path = shown(ended('one', ['192.0.2.1', '192.0.2.2', '192.0.2.3']), ended('two', ['192.0.2.1', '192.0.2.3']));
    const { edges, places } = layoutOf(path);
    const long = edges.find(({ from, to }) => from === '192.0.2.1' && to === '192.0.2.3');
    const lane = Number(/H\d/.test(long?.line ?? '') && long?.line.match(/([\d.]+)H/)?.[1]);
    expect(Math.abs(lane - (places.get('192.0.2.2')?.y ?? 0))).toBeGreaterThan(NODE_HEIGHT / 2);
  });

  it('marks an edge that leads away from the target', () => {
    const { edges } = layoutOf(shown(ended('one', ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.3'])));
    expect(edges.filter(({ isBack }) => isBack).length).toBeGreaterThan(0);
  });

  it('moves no node while rounds and agents arrive', () => {
    const traces = [
      ended('one', ['192.0.2.1', '192.0.2.9']),
      ended('two', ['192.0.2.2', '192.0.2.9']),
      ended('three', ['192.0.2.3', '192.0.2.4', '192.0.2.5', '192.0.2.9']),
      ended('four', ['192.0.2.1', '192.0.2.6', '192.0.2.9']),
      ended('five', ['192.0.2.7', '192.0.2.8']),
    ];
    let path = livePath(TARGET, [], new Map());
    let layout = layoutOf(path);
    for (let agents = 1; agents <= traces.length; agents++) {
      path = livePath(TARGET, traces.slice(0, agents), columnsOfPath(path));
      const before = layout.places;
      layout = layoutPath(graphOf(path), before);
      for (const [id, place] of before) expect(layout.places.get(id), id).toEqual(place);
      expect(overlaps(layout)).toEqual([]);
    }
    expect(layout.places.size).toBe(5 + 9 + 1);
  });
});

describe('the arrow keys', () => {
  const graph = graphOf(shown(ended('one', ['192.0.2.1', '192.0.2.9']), ended('two', ['192.0.2.2', '192.0.2.9'])));
  const { places } = layoutPath(graph);
  const [upper, lower] =
    (places.get('192.0.2.1')?.y ?? 0) < (places.get('192.0.2.2')?.y ?? 0) ? ['1', '2'] : ['2', '1'];

  it.each([
    ['ArrowRight', '192.0.2.1', '192.0.2.9'],
    ['ArrowLeft', '192.0.2.1', 'agent id of one'],
    ['ArrowDown', `192.0.2.${upper}`, `192.0.2.${lower}`],
    ['ArrowUp', `192.0.2.${lower}`, `192.0.2.${upper}`],
    ['ArrowUp', `192.0.2.${upper}`, null],
    ['ArrowRight', TARGET, null],
    ['End', '192.0.2.1', TARGET],
    ['Enter', '192.0.2.1', null],
  ])('%s leads from %s to %s', (key, from, to) => {
    expect(nextNode(key, from, graph, places)).toBe(to);
  });
});
