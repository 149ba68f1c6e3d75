/** Which targets depend on which. */
export interface DependencyGraph {
  parentsOf(id: string): readonly string[];
  /** Most targets above one target. */
  ancestorsMax: number;
}

/**
 * Returns the shortest path from a target over its parents back to itself, as ids with the target at both ends; null if there is none,
 * `too many` if it has more ancestors than allowed. Breadth first: each ancestor is visited once.
 */
export function pathToItself(id: string, { parentsOf, ancestorsMax }: DependencyGraph): string[] | 'too many' | null {
  const childOf = new Map<string, string>();
  const waiting = [id];
  for (const at of waiting) {
    for (const parent of parentsOf(at)) {
      if (parent === id) return [...pathDown(at, childOf).reverse(), id];
      if (childOf.has(parent)) continue;
      if (childOf.size === ancestorsMax) return 'too many';
      childOf.set(parent, at);
      waiting.push(parent);
    }
  }
  return null;
}

/** Returns the path from an ancestor down to the target at which the search began. */
function pathDown(from: string, childOf: ReadonlyMap<string, string>): string[] {
  const path: string[] = [];
  for (let at: string | undefined = from; at !== undefined; at = childOf.get(at)) path.push(at);
  return path;
}
