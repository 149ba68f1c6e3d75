import type { Scope } from '@icmp-mon/identity/contract';
import type { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { newId } from '@icmp-mon/platform/ids';
import { createLogger } from '@icmp-mon/platform/ops';
import { IMPORT_LINES_MAX, type ImportFormat } from '@icmp-mon/targets/contract';
import { requirePlace, UNFINISHED_JOBS_MAX } from '../bulk/accept-job';
import { FileFault } from './file-fault';
import type { FileRecord } from './file-record';
import { forgetImportFile, IMPORT_FILES_MAX } from './forget-import-files';
import { storeRecords } from './import-rows';
import { readRecords } from './read-records';

/** Lines of one statement. */
const LINES_PER_STATEMENT = 500;
/** Most stored files: of ended jobs, of unfinished ones, and some that are being received or deleted. */
export const STORED_FILES_MAX = 2 * IMPORT_FILES_MAX + UNFINISHED_JOBS_MAX + 10;

export interface ReceivedFile {
  id: string;
  lines: number;
  bytes: number;
}

/**
 * Stores files as rows while they arrive, some lines per statement, so that neither memory nor an open transaction grows with the file. The
 * rows take no effect before a job is accepted for them; those of a file that is not accepted are deleted, at the latest by housekeeping.
 */
export class ReceivedFiles {
  private readonly logger = createLogger('import');

  constructor(private readonly database: ControlDatabase) {}

  /**
   * Checks, before a file is received, that there is room for it and its job.
   * @throws DomainError `too_many_requests`
   */
  async requirePlace(scope: Scope): Promise<void> {
    await requirePlace(this.database, scope);
    const [row] = await this.database.query<{ count: number }>(
      'SELECT count(*) AS count FROM import_file WHERE source_id IS NULL',
    );
    if (row.count < STORED_FILES_MAX) return;
    const many =
      scope === null ? `${row.count} files of imports are stored, the most` : 'Too many files of imports are stored';
    const detail = `${many} at the same time. Those of ended imports are deleted within minutes: try again later.`;
    throw new DomainError('too_many_requests', detail);
  }

  /** @throws FileFault, DomainError `too_large`, or what reading the file throws; the rows are then deleted */
  async storeFile(pieces: AsyncIterable<Buffer>, format: ImportFormat): Promise<ReceivedFile> {
    const file: ReceivedFile = { id: newId(), lines: 0, bytes: 0 };
    await this.database.execute('INSERT INTO import_file (id) VALUES ($1)', [file.id]);
    try {
      await this.storeLines(file, pieces, format);
    } catch (error) {
      await this.deleteFile(file.id);
      throw error;
    }
    return file;
  }

  private async storeLines(file: ReceivedFile, pieces: AsyncIterable<Buffer>, format: ImportFormat): Promise<void> {
    let records: FileRecord[] = [];
    const store = async (): Promise<void> => {
      file.lines += records.length;
      if (file.lines > IMPORT_LINES_MAX) throw tooManyLines();
      await storeRecords(this.database, file.id, records);
      records = [];
    };
    for await (const record of readRecords(pieces, format, (bytes) => {
      file.bytes = bytes;
    })) {
      records.push(record);
      if (records.length === LINES_PER_STATEMENT) await store();
    }
    if (records.length > 0) await store();
    if (file.lines === 0) throw new FileFault('The file contains no targets.');
  }

  async deleteFile(id: string): Promise<void> {
    try {
      await forgetImportFile(this.database, id);
    } catch (error) {
      this.logger.warn({ err: error, file: id }, 'a refused file is not deleted yet; housekeeping deletes it');
    }
  }
}

const tooManyLines = (): FileFault =>
  new FileFault(
    `The file has more than ${IMPORT_LINES_MAX.toLocaleString('en-GB')} targets, the most of one import. Split it into several files.`,
  );
