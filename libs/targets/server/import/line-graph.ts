/**
 * Lines with parents, and which of them depends on which. Numbers instead of texts, because a file may have millions of parents:
 *
 *   node               0                1        2
 *   parents      [  1,   2  ]       [   2   ]    [ ]
 *   edge            0    1              2                 firstOf(0) = 0, firstOf(1) = 2, firstOf(2) = 3, firstOf(3) = 3
 */
export class LineGraph {
  private readonly firsts: Int32Array;
  private parents = new Int32Array(1_024);
  private added = 0;
  private edges = 0;

  /** @param count number of lines */
  constructor(readonly count: number) {
    this.firsts = new Int32Array(count + 1);
  }

  /** Adds the next line with its parents. */
  addNode(parents: readonly number[]): void {
    const edges = this.edges + parents.length;
    if (edges > this.parents.length) this.parents = grown(this.parents, edges);
    this.parents.set(parents, this.edges);
    this.edges = edges;
    this.added += 1;
    this.firsts[this.added] = edges;
  }

  /** Returns the first edge of a line; its edges end before the first one of the next line. */
  firstOf(node: number): number {
    return this.firsts[node];
  }

  /** Returns the parent to which an edge leads. */
  parentAt(edge: number): number {
    return this.parents[edge];
  }
}

function grown(from: Int32Array<ArrayBuffer>, least: number): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(Math.max(least, 2 * from.length));
  larger.set(from);
  return larger;
}
