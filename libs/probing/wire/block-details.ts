import type { ByteReader } from './byte-reader';
import type { ByteWriter } from './byte-writer';
import { readDetail, writeDetail } from './detail-bytes';
import type { ResultColumns } from './result-columns';

/** Writes the details of rows in this order. Writes nothing if no row has one: plain pings have no such column. */
export function writeDetails(writer: ByteWriter, { count, details }: ResultColumns, order: Uint16Array): void {
  if (details.size === 0) return;
  writer.writeVarint(details.size);
  let previous = 0;
  for (let at = 0; at < count; at++) {
    const detail = details.get(order[at]);
    if (detail === undefined) continue;
    writer.writeVarint(at - previous);
    writeDetail(writer, detail);
    previous = at;
  }
}

/** Reads what `writeDetails` wrote, until the bytes end. Returns what is wrong, if anything is. */
export function readDetails(reader: ByteReader, { count, details }: ResultColumns): string | undefined {
  if (details.size > 0) details.clear();
  if (reader.remaining === 0) return undefined;
  const size = reader.readVarint();
  if (reader.failed || size < 1 || size > count) return `${size} details of ${count} results`;
  let row = 0;
  for (let at = 0; at < size; at++) {
    const distance = reader.readVarint();
    row += distance;
    if (reader.failed || row >= count || (at > 0 && distance === 0)) return `detail ${at} is of row ${row}`;
    const detail = readDetail(reader);
    if (detail === undefined)
      return `detail of row ${row} is of an unknown kind: a newer agent sent it, upgrade projectors before agents`;
    details.set(row, detail);
  }
  return undefined;
}
