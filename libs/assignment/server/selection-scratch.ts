/** Memory that selections reuse, so that none is allocated per target. */
export interface Scratch {
  /** Candidates with their costs, the lowest first after `sortByCost`. */
  candidates: Int32Array;
  costs: Float64Array;
  /** Costs as integers, for the usual case. */
  keys: Int32Array;
  /** Indexes of the selected agents, ascending. */
  chosen: Int32Array;
  chosenCount: number;
  /** Indexes of the agents that would be selected if their policy files did not refuse the target, ascending. */
  refusing: Int32Array;
  refusingCount: number;
  ranks: Int32Array;
  /** 1 for each agent that the target would have if its lost agents were ready. */
  undisturbed: Uint8Array;
  /** Candidates in another order. */
  ordered: Int32Array;
  /** Regions and providers that the selected agents cover: those marked with the number of the selection. */
  regionMarks: Int32Array;
  providerMarks: Int32Array;
  mark: number;
  /** Provider that the matching gives to a region, and the reverse; -1 without one. */
  providerOfRegion: Int32Array;
  regionOfProvider: Int32Array;
  visited: Int32Array;
  /** Number of the current target, and for each policy file that of the last target that it allowed, and that it refused. */
  target: number;
  allowed: Float64Array;
  refused: Float64Array;
}

export function newScratch(agents: number, policies: number): Scratch {
  return {
    candidates: new Int32Array(agents + 1),
    costs: new Float64Array(agents + 1),
    keys: new Int32Array(agents + 1),
    chosen: new Int32Array(agents + 1),
    chosenCount: 0,
    refusing: new Int32Array(agents),
    refusingCount: 0,
    ranks: new Int32Array(agents),
    undisturbed: new Uint8Array(agents),
    ordered: new Int32Array(agents),
    regionMarks: new Int32Array(agents),
    providerMarks: new Int32Array(agents),
    mark: 0,
    providerOfRegion: new Int32Array(agents),
    regionOfProvider: new Int32Array(agents),
    visited: new Int32Array(agents),
    target: 0,
    allowed: new Float64Array(policies),
    refused: new Float64Array(policies),
  };
}
