import type { LineFault } from '@icmp-mon/targets/wire';

/** Most characters of one line; a longer one is usually a quote that is not closed. */
export const RECORD_LENGTH_MAX = 64 * 1024;

/** The members that one line of a file gives, not validated; or why it cannot be read. */
export type FileRecord = { line: number } & ({ given: Readonly<Record<string, unknown>> } | { fault: LineFault });

/** Splits a text that arrives in pieces into records. Both methods throw a `FileFault` for a fault of the whole file. */
export interface RecordReader {
  /** Number of the line that is being read. */
  readonly line: number;
  /** Returns the records that are complete with this piece. */
  readPiece(piece: string): Iterable<FileRecord>;
  /** Returns the last record, which has no line feed. */
  readRest(): Iterable<FileRecord>;
}
