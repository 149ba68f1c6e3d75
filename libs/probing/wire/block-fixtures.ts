import fc from 'fast-check';
import type { BlockAddress, Compress } from '.';
import type { Decompress } from './block-body';
import { OUTCOME, OUTCOME_NAMES } from '@icmp-mon/probing/contract';
import { encodeBody, frameBlock, LANE, ResultColumnsBuilder } from '.';
import { type ResultColumns } from './result-columns';

/** For specs only: one result as a row. */
export interface Row {
  targetKey: number;
  check: number;
  timeMs: number;
  outcome: number;
  rttUs: number;
}

export const BASE_TIME_MS = 1_795_000_000_000;

export const ADDRESS: BlockAddress = {
  agentId: '0199d3a0-7c1e-7b52-9c1d-0a1b2c3d4e5f',
  boot: 3,
  lane: LANE.live,
  shard: 5,
  sequence: 86_400,
  policyVersion: 17,
};

const u32 = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 0xffff_ffff }));

export const arbitraryRow: fc.Arbitrary<Row> = fc
  .record({
    targetKey: u32,
    check: fc.oneof(fc.constant(1), fc.integer({ min: 0, max: 0xffff })),
    timeMs: u32.map((offsetMs) => BASE_TIME_MS + offsetMs),
    outcome: fc.integer({ min: 0, max: OUTCOME_NAMES.length - 1 }),
    rttUs: u32,
  })
  .map((row) => ({ ...row, rttUs: row.outcome === OUTCOME.reply ? row.rttUs : 0 }));

export const arbitraryAddress: fc.Arbitrary<BlockAddress> = fc.record({
  agentId: fc.uuid(),
  boot: fc.integer({ min: 0, max: 0xffff_ffff }),
  lane: fc.constantFrom(LANE.live, LANE.backfill),
  shard: fc.integer({ min: 0, max: 0xffff }),
  sequence: fc.maxSafeNat(),
  policyVersion: fc.maxSafeNat(),
});

export function columnsOf(rows: readonly Row[]): ResultColumns {
  const builder = new ResultColumnsBuilder();
  for (const { targetKey, check, timeMs, outcome, rttUs } of rows) {
    builder.addResult(targetKey, check, timeMs, outcome, rttUs);
  }
  return builder.buildColumns();
}

export function rowsOf(columns: ResultColumns): Row[] {
  return Array.from({ length: columns.count }, (_, at) => ({
    targetKey: columns.targetKey[at],
    check: columns.check[at],
    timeMs: columns.baseTimeMs + columns.timeOffsetMs[at],
    outcome: columns.outcome[at],
    rttUs: columns.rttUs[at],
  }));
}

/** A simple compressor for specs: runs of (length, byte). Makes most inputs longer, which real ones also may. */
export const compressRuns: Compress = (bytes) => {
  const runs: number[] = [];
  for (let at = 0; at < bytes.length;) {
    let end = at + 1;
    while (end < bytes.length && end - at < 255 && bytes[end] === bytes[at]) end++;
    runs.push(end - at, bytes[at]);
    at = end;
  }
  return Uint8Array.from(runs);
};

export const decompressRuns: Decompress = (bytes, maxBytes) => {
  const content: number[] = [];
  for (let at = 0; at < bytes.length; at += 2) {
    if (content.length + bytes[at] > maxBytes) throw new Error(`more than ${maxBytes} bytes`);
    for (let copy = 0; copy < bytes[at]; copy++) content.push(bytes[at + 1]);
  }
  return Uint8Array.from(content);
};

export function blockOf(rows: readonly Row[], address: BlockAddress = ADDRESS): Uint8Array {
  return frameBlock(address, encodeBody(columnsOf(rows), compressRuns));
}

/** Three results within one second: a timeout between two replies. */
export const THREE_ROWS: Row[] = [
  { targetKey: 1_001, check: 1, timeMs: BASE_TIME_MS, outcome: OUTCOME.reply, rttUs: 12_300 },
  { targetKey: 77, check: 1, timeMs: BASE_TIME_MS + 310, outcome: OUTCOME.timeout, rttUs: 0 },
  { targetKey: 100_201, check: 1, timeMs: BASE_TIME_MS + 655, outcome: OUTCOME.reply, rttUs: 845 },
];

/** Many equal rows, so that runs compress them. */
export function equalRows(count: number): Row[] {
  return Array.from({ length: count }, () => ({ ...THREE_ROWS[0], rttUs: 0 }));
}
