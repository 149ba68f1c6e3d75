import type { DetailCode } from '@icmp-mon/probing/contract';

/** Receives one sample from `SampleStore.eachSample`. */
export type SampleVisitor = (
  agentIndex: number,
  offsetMs: number,
  outcome: number,
  rttUs: number,
  detail: DetailCode | undefined,
) => void;

/** Returns a copy with twice the room. */
export function doubled(values: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const grown = new Int32Array(values.length * 2);
  grown.set(values);
  return grown;
}
