import type { Scope } from '@icmp-mon/identity/contract';
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
/** Most of them from callers with the same scope, who could send them slowly. */
const RECEIVING_OF_SCOPE_MAX = 2;

/** Receives a file of targets, and starts the job that imports it. */
export class RequestImport extends Command<BulkJobDetail> {
  constructor(
    readonly file: { format: ImportFormat; pieces: AsyncIterable<Buffer> },
    readonly query: ImportQuery,
    readonly metadata: RequestMetadata,
    readonly scope: Scope,
  ) {
    super();
  }
}

@CommandHandler(RequestImport)
export class RequestImportHandler implements ICommandHandler<RequestImport> {
  private readonly files: ReceivedFiles;
  /** Scopes of the callers whose files are being received. */
  private readonly receiving: Scope[] = [];

  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {
    this.files = new ReceivedFiles(database);
  }

  /** @throws FileFault, DomainError `too_large`, `too_many_requests`; then no line of the file is used */
  async execute(request: RequestImport): Promise<BulkJobDetail> {
    const { scope } = request;
    const ofScope = scope === null ? 0 : this.receiving.filter((each) => each === scope).length;
    if (this.receiving.length >= RECEIVING_MAX || ofScope >= RECEIVING_OF_SCOPE_MAX) {
      throw new DomainError('too_many_requests', 'Too many files are being received. Try again shortly.');
    }
    this.receiving.push(scope);
    try {
      return await this.startImport(request);
    } finally {
      this.receiving.splice(this.receiving.indexOf(scope), 1);
    }
  }

  private async startImport({ file, query, metadata, scope }: RequestImport): Promise<BulkJobDetail> {
    const { format, pieces } = file;
    const { mode = 'upsert', dryRun = false } = query;
    await this.files.requirePlace(scope);
    const { id, lines, bytes } = await this.files.storeFile(pieces, format);
    const order = { format, mode, dryRun, bytes };
    const nothing = { filter: null, targets: null, change: null, expand: null };
    const job: NewJob = { kind: 'import', ...nothing, import: order, caller: { scope } };
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
