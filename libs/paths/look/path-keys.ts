import type { DrawnGraph } from './fold-agents';
import type { Place } from './path-layout';

/**
 * Returns the node to which an arrow key leads: along a path to the right and left, in the column up and down, `Home` and `End` to the first
 * and last node; null for other keys, and where there is none.
 */
export function nextNode(
  key: string,
  id: string,
  { nodes, edges }: DrawnGraph,
  places: ReadonlyMap<string, Place>,
): string | null {
  const here = places.get(id);
  if (here === undefined) return null;
  const yOf = (other: string): number => places.get(other)?.y ?? 0;
  const nearest = (ids: readonly string[]): string | null =>
    ids.filter((other) => other !== id).sort((a, b) => Math.abs(yOf(a) - here.y) - Math.abs(yOf(b) - here.y))[0] ??
    null;
  const column = nodes.filter((node) => places.get(node.id)?.right === here.right).map((node) => node.id);
  switch (key) {
    case 'ArrowRight':
      return nearest(edges.filter(({ from }) => from === id).map(({ to }) => to));
    case 'ArrowLeft':
      return nearest(edges.filter(({ to }) => to === id).map(({ from }) => from));
    case 'ArrowDown':
      return nearest(column.filter((other) => yOf(other) > here.y));
    case 'ArrowUp':
      return nearest(column.filter((other) => yOf(other) < here.y));
    case 'Home':
    case 'End': {
      const ordered = [...nodes].sort((a, b) => b.column - a.column || yOf(a.id) - yOf(b.id));
      return ordered.at(key === 'Home' ? 0 : -1)?.id ?? null;
    }
    default:
      return null;
  }
}
