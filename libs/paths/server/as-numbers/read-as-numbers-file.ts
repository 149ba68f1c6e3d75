import type { AsNumbersFile } from '@icmp-mon/paths/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { readFile } from './as-numbers-file';

/** Reads how many AS numbers are in force, and how far a running import is. */
export class ReadAsNumbersFile extends Query<AsNumbersFile> {}

@QueryHandler(ReadAsNumbersFile)
export class ReadAsNumbersFileHandler implements IQueryHandler<ReadAsNumbersFile> {
  constructor(private readonly database: ControlDatabase) {}

  execute(): Promise<AsNumbersFile> {
    return readFile(this.database);
  }
}
