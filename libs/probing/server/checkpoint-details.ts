import type { DetailCode } from '@icmp-mon/probing/contract';

/** Details of the samples of a checkpoint, as columns: their samples, and their numbers one after the other, each detail after its length. */
export interface DetailColumns {
  detailOf: Uint32Array;
  detail: Uint32Array;
}

/** Returns the columns of details by the place of their sample. */
export function detailColumns(details: ReadonlyMap<number, DetailCode>): DetailColumns {
  return {
    detailOf: Uint32Array.from(details.keys()),
    detail: Uint32Array.from([...details.values()].flatMap((code) => [code.length, ...code])),
  };
}

/** Returns the details by the place of their sample: none in checkpoints of earlier releases, which have no such columns. */
export function readDetailColumns({ detailOf, detail }: Partial<DetailColumns>): Map<number, DetailCode> {
  const details = new Map<number, DetailCode>();
  let at = 0;
  for (const sample of detailOf ?? []) {
    const length = detail?.[at] ?? 0;
    details.set(sample, Array.from(detail?.subarray(at + 1, at + 1 + length) ?? []));
    at += 1 + length;
  }
  return details;
}
