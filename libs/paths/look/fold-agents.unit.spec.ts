import { describe, expect, it } from 'vitest';
import { AGENTS_DRAWN_MAX, type DrawnGraph, foldAgents } from './fold-agents';
import { ended, manyAgents, shown, TARGET } from './path.test-data';
import type { ShownPath } from './shown-path';

const folded = (path: ShownPath, kept: string[] = []): DrawnGraph =>
  foldAgents({ nodes: [...path.nodes], edges: [...path.edges], loops: [...path.loops] }, new Set(kept));
const groups = ({ nodes }: DrawnGraph) => nodes.filter(({ kind }) => kind === 'group');

describe('folding of agents', () => {
  it('leaves few agents as they are', () => {
    const path = shown(ended('one', ['192.0.2.1']), ended('two', ['192.0.2.2']));
    expect(
      folded(path)
        .nodes.map(({ id }) => id)
        .sort(),
    ).toEqual(path.nodes.map(({ id }) => id).sort());
  });

  it('joins agents with the same first hops into groups, each with all its agents and hops', () => {
    const graph = folded(manyAgents(100));
    expect(groups(graph).length).toBeLessThanOrEqual(AGENTS_DRAWN_MAX);
    const members = groups(graph).flatMap(({ agents }) => agents);
    expect(new Set(members).size).toBe(100);
    expect(members).toHaveLength(100);
    // Three transit routers, the core and the target stay.
    expect(
      graph.nodes
        .filter(({ kind }) => kind !== 'group')
        .map(({ id }) => id)
        .sort(),
    ).toEqual(['192.0.2.1', '192.0.2.2', '192.0.2.3', '192.0.2.99', TARGET].sort());
    expect(groups(graph).map(({ column }) => column)).toEqual([3, 3, 3]);
  });

  it('keeps all rounds on the edges of groups', () => {
    const { edges } = folded(manyAgents(100));
    const into = (id: string) => edges.filter(({ to }) => to === id).reduce((sum, { rounds }) => sum + rounds, 0);
    expect([into('192.0.2.99'), into(TARGET)]).toEqual([1_000, 1_000]);
    expect(into('192.0.2.1') + into('192.0.2.2') + into('192.0.2.3')).toBe(1_000);
  });

  it('folds no node that must stay in view', () => {
    const { nodes } = folded(manyAgents(100), ['203.0.113.7']);
    const kept = nodes.find(({ id }) => id === '203.0.113.7');
    expect(kept?.agents).toHaveLength(5);
  });

  it('does not fold paths that have only the target in common into one group', () => {
    const paths = Array.from({ length: 20 }, (_, at) => ended(`agent-${at}`, ['10.0.0.1', `203.0.113.${at + 1}`]));
    const graph = folded(shown(...paths));
    expect(groups(graph)).toHaveLength(20);
    expect(graph.edges.filter(({ to }) => to === TARGET)).toHaveLength(20);
  });

  it('leaves out nodes whose distance is not known yet', () => {
    const running = { ...ended('one', ['192.0.2.1'], false), ended: false };
    expect(folded(shown(running, ended('two', ['192.0.2.2']))).nodes.map(({ id }) => id)).not.toContain('192.0.2.1');
  });
});
