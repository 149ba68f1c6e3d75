/** A line with parents. Its key names its target, and its parents are keys. */
export interface DependentLine {
  line: number;
  key: string;
  parents: readonly string[];
}

export interface Levels {
  /** Levels above 0, by line. Lines that are not contained have level 0. */
  levels: Map<number, number>;
  /** Lines of which each would depend on itself, with the keys from the target over its parents back to itself. */
  cycles: { line: number; path: string[] }[];
}

/**
 * Returns the order in which lines with parents run: each line has a higher level than its parents that are lines with parents too. Lines on a
 * cycle are refused; lines that depend on them run, because their parent may be a target already.
 *
 *   depth first, without recursion:  `path` holds the lines from the first one down to the current one;
 *   a parent on the path closes a cycle, a parent with a level is finished
 */
export function levelsOf(lines: readonly DependentLine[]): Levels {
  const byKey = new Map(lines.map((line) => [line.key, line]));
  const finished = new Map<string, number>();
  const cycles: Levels['cycles'] = [];
  const refused = new Set<string>();
  for (const first of lines) {
    if (finished.has(first.key)) continue;
    const path: { at: DependentLine; next: number; level: number }[] = [{ at: first, next: 0, level: 1 }];
    const onPath = new Map([[first.key, 0]]);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const parent = top.at.parents[top.next];
      if (parent === undefined) {
        path.pop();
        onPath.delete(top.at.key);
        finished.set(top.at.key, top.level);
        const below = path.at(-1);
        if (below !== undefined) below.level = Math.max(below.level, top.level + 1);
        continue;
      }
      top.next += 1;
      const line = byKey.get(parent);
      const begin = onPath.get(parent);
      if (begin !== undefined) refuse(path.slice(begin).map(({ at }) => at));
      else if (line !== undefined && !finished.has(parent)) {
        onPath.set(parent, path.length);
        path.push({ at: line, next: 0, level: 1 });
      } else if (line !== undefined) top.level = Math.max(top.level, (finished.get(parent) ?? 0) + 1);
      else top.level = Math.max(top.level, 1);
    }
  }
  return { levels: new Map(lines.map(({ line, key }) => [line, finished.get(key) ?? 1])), cycles };

  function refuse(cycle: readonly DependentLine[]): void {
    for (const [nr, { line, key }] of cycle.entries()) {
      if (refused.has(key)) continue;
      refused.add(key);
      const keys = cycle.map((each) => each.key);
      cycles.push({ line, path: [...keys.slice(nr), ...keys.slice(0, nr), key] });
    }
  }
}
