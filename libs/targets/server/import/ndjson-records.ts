import { FileFault } from './file-fault';
import { type FileRecord, RECORD_LENGTH_MAX, type RecordReader } from './file-record';

/** Reads a file with one JSON object of a target per line. Blank lines are left out. */
export class NdjsonRecords implements RecordReader {
  private rest = '';
  line = 1;

  *readPiece(piece: string): Generator<FileRecord> {
    const lines = (this.rest + piece).split('\n');
    this.rest = lines.pop() ?? '';
    for (const text of lines) {
      yield* this.recordOf(text);
      this.line += 1;
    }
    this.requireShort(this.rest);
  }

  *readRest(): Generator<FileRecord> {
    yield* this.recordOf(this.rest);
    this.rest = '';
  }

  private requireShort({ length }: string): void {
    if (length <= RECORD_LENGTH_MAX) return;
    throw new FileFault(`is longer than ${RECORD_LENGTH_MAX} characters. Write one JSON object per line.`, this.line);
  }

  private *recordOf(text: string): Generator<FileRecord> {
    this.requireShort(text);
    const { line } = this;
    if (text.trim() === '') return;
    const given = parsed(text);
    if (given !== null) yield { line, given };
    else yield { line, fault: { column: null, reason: 'is not a JSON object' } };
  }
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
