import { type DetailCode, DETAIL_VALUES_MAX, detailValues, isDetailCode } from '@icmp-mon/probing/contract';
import type { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';

const VARINT_BYTES_MAX = 5;
/** Longest detail of a result in a block: the distance to the result before it, at most 20,000, the kind, and its values. */
export const DETAIL_BYTES_MAX = 3 + 1 + DETAIL_VALUES_MAX * VARINT_BYTES_MAX;

export function writeDetail(writer: ByteWriter, detail: DetailCode): void {
  if (!isDetailCode(detail)) throw new RangeError(`unknown detail ${detail.join(' ')}`);
  for (const value of detail) writer.writeVarint(value);
}

/** Reads a detail; returns undefined for anything else. */
export function readDetail(reader: ByteReader): DetailCode | undefined {
  const kind = reader.readVarint();
  const count = detailValues(kind);
  if (count === undefined) return undefined;
  const code = [kind];
  for (let at = 0; at < count; at++) code.push(reader.readVarint());
  return !reader.failed && isDetailCode(code) ? code : undefined;
}
