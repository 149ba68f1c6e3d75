/** Counters of records, blocks and results since the process started, for /metrics. They are not part of the state. */
export interface FoldCounters {
  records: number;
  blocks: number;
  results: number;
  repeatedBlocks: number;
  olderBootBlocks: number;
  refusedBlocks: number;
  refusedRecords: number;
  unassignedResults: number;
  tooOldResults: number;
  tooNewResults: number;
  lateResults: number;
}

export function zeroCounters(): FoldCounters {
  return {
    records: 0,
    blocks: 0,
    results: 0,
    repeatedBlocks: 0,
    olderBootBlocks: 0,
    refusedBlocks: 0,
    refusedRecords: 0,
    unassignedResults: 0,
    tooOldResults: 0,
    tooNewResults: 0,
    lateResults: 0,
  };
}
