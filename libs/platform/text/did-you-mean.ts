/** Only this many letters of a name are compared. */
const COMPARED_MAX = 64;
/** One edit is allowed per this many letters. */
const LETTERS_PER_ERROR = 3;

/** Returns the edit distance: insertions, deletions, replacements and swaps of neighbours. */
function distance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const next = [row];
    for (let column = 1; column <= b.length; column++) {
      const replaced = last[column - 1] + (a[row - 1] === b[column - 1] ? 0 : 1);
      next[column] = Math.min(replaced, last[column] + 1, next[column - 1] + 1);
      const isExchanged = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (row > 1 && column > 1 && isExchanged) next[column] = Math.min(next[column], beforeLast[column - 2] + 1);
    }
    beforeLast = last;
    last = next;
  }
  return last[b.length];
}

/** Returns the name that was probably meant; null if none is similar, or none within `editsMax` edits. Case is ignored. */
export function nearestName(text: string, names: readonly string[], editsMax = Infinity): string | null {
  const asked = text.slice(0, COMPARED_MAX).toLowerCase();
  let nearest: string | null = null;
  let least = Math.min(editsMax, Math.max(1, Math.floor(asked.length / LETTERS_PER_ERROR))) + 1;
  for (const name of names) {
    const away = distance(asked, name.slice(0, COMPARED_MAX).toLowerCase());
    if (away >= least) continue;
    least = away;
    nearest = name;
  }
  return nearest;
}

/** Returns the end of a sentence about an unknown name: `; did you mean "standard"?`, or a full stop. */
export function didYouMean(text: string, names: readonly string[]): string {
  const nearest = nearestName(text, names);
  return nearest === null ? '.' : `; did you mean "${nearest}"?`;
}
