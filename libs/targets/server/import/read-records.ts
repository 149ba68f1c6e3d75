import { TextDecoder } from 'node:util';
import { IMPORT_BYTES_MAX, type ImportFormat } from '@icmp-mon/targets/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { CsvRecords } from './csv-records';
import { FileFault } from './file-fault';
import type { FileRecord, RecordReader } from './file-record';
import { NdjsonRecords } from './ndjson-records';

const READERS: Readonly<Record<ImportFormat, new () => RecordReader>> = { csv: CsvRecords, ndjson: NdjsonRecords };

/** First bytes of files that are not text in UTF-8, and what to do. */
const SIGNATURES: readonly (readonly [bytes: number[], what: string])[] = [
  [[0xff, 0xfe], 'The file is UTF-16. Save it as UTF-8 (in Excel: "CSV UTF-8").'],
  [[0xfe, 0xff], 'The file is UTF-16. Save it as UTF-8 (in Excel: "CSV UTF-8").'],
  [[0x50, 0x4b, 0x03, 0x04], 'The file is a ZIP archive or an Excel workbook. Save it as CSV in UTF-8.'],
  [[0xd0, 0xcf, 0x11, 0xe0], 'The file is an old Excel workbook. Save it as CSV in UTF-8.'],
  [[0x1f, 0x8b], 'The file is compressed by gzip. Decompress it first.'],
  [[0x28, 0xb5, 0x2f, 0xfd], 'The file is compressed by Zstandard. Decompress it first.'],
];

export const fileTooLarge = (): DomainError =>
  new DomainError(
    'too_large',
    `The file is larger than ${IMPORT_BYTES_MAX} bytes, the limit of an import. Split it into several files.`,
  );

/**
 * Reads the records of a file that arrives in pieces; a byte order mark is allowed. Keeps one piece and one record in memory.
 * @param onBytes receives the size so far
 * @throws FileFault for a fault of the whole file; DomainError `too_large`
 */
export async function* readRecords(
  file: AsyncIterable<Buffer>,
  format: ImportFormat,
  onBytes: (bytes: number) => void,
): AsyncGenerator<FileRecord> {
  const reader = new READERS[format]();
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let bytes = 0;
  for await (const piece of file) {
    if (bytes === 0) requireText(piece);
    bytes += piece.length;
    if (bytes > IMPORT_BYTES_MAX) throw fileTooLarge();
    onBytes(bytes);
    yield* reader.readPiece(decoded(decoder, piece, reader));
  }
  yield* reader.readPiece(decoded(decoder, null, reader));
  yield* reader.readRest();
}

function requireText(first: Buffer): void {
  const found = SIGNATURES.find(([bytes]) => bytes.every((byte, at) => first[at] === byte));
  if (found !== undefined) throw new FileFault(found[1]);
  // ASCII letters in UTF-16 without a byte order mark.
  const isWide = first.length > 3 && (first[0] === 0) !== (first[1] === 0) && (first[2] === 0) !== (first[3] === 0);
  if (isWide) throw new FileFault(SIGNATURES[0][1]);
}

function decoded(decoder: TextDecoder, piece: Buffer | null, reader: RecordReader): string {
  let text: string;
  try {
    text = piece === null ? decoder.decode() : decoder.decode(piece, { stream: true });
  } catch (error) {
    const detail = `The file is not valid UTF-8, at or after line ${reader.line}. Save it as UTF-8 (in Excel: "CSV UTF-8").`;
    throw new FileFault(detail, null, { cause: error });
  }
  if (text.includes('\0'))
    throw new FileFault(`The file is not a text: it contains a NUL, at or after line ${reader.line}.`);
  return text;
}
