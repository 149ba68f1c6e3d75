import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import type { BulkJobDetail, ImportFormat, ImportQuery } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { acceptJob, type NewJob } from '../bulk/accept-job';
import { ReceivedFiles } from './received-files';

/** Most files that one process receives at the same time. */
const RECEIVING_MAX = 4;

/** Receives a file of targets, and starts the job that imports it. */
export class RequestImport extends Command<BulkJobDetail> {
  constructor(
    readonly file: { format: ImportFormat; pieces: AsyncIterable<Buffer> },
    readonly query: ImportQuery,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(RequestImport)
export class RequestImportHandler implements ICommandHandler<RequestImport> {
  private readonly files: ReceivedFiles;
  private receiving = 0;

  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {
    this.files = new ReceivedFiles(database);
  }

  /** @throws FileFault, DomainError `too_large`, `too_many_requests`; then no line of the file is used */
  async execute({ file, query, metadata }: RequestImport): Promise<BulkJobDetail> {
    if (this.receiving >= RECEIVING_MAX) {
      throw new DomainError('too_many_requests', `${RECEIVING_MAX} files are being received. Try again shortly.`);
    }
    this.receiving += 1;
    try {
      return await this.startImport(file, query, metadata);
    } finally {
      this.receiving -= 1;
    }
  }

  private async startImport(
    { format, pieces }: RequestImport['file'],
    { mode = 'upsert', dryRun = false }: ImportQuery,
    metadata: RequestMetadata,
  ): Promise<BulkJobDetail> {
    await this.files.requirePlace();
    const { id, lines, bytes } = await this.files.storeFile(pieces, format);
    const order = { format, mode, dryRun, bytes };
    const job: NewJob = { kind: 'import', filter: null, targets: null, change: null, expand: null, import: order };
    try {
      return await this.database.transaction((sql) =>
        acceptJob(sql, this.store, job, metadata, () => Promise.resolve(lines), id),
      );
    } catch (error) {
      await this.files.deleteFile(id);
      throw error;
    }
  }
}
