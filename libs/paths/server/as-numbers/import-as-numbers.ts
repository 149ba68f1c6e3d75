import { AS_NUMBERS_ID, AS_NUMBERS_LIMITS, type AsNumbersFile } from '@icmp-mon/paths/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import type { AsLine } from './as-line';
import { AS_NUMBERS, readFile, replaceFile } from './as-numbers-file';
import { readAsLines } from './read-as-lines';
import { beginImport, endImport, noteAlive, storeLines, tooManyPrefixes } from './stored-import';

/** Prefixes of one statement, and a line more: one line may have 254. */
const PREFIXES_PER_STATEMENT = 2_000;

/** Replaces the AS numbers by those of a file, all together. */
export class ImportAsNumbers extends Command<AsNumbersFile> {
  constructor(
    readonly pieces: AsyncIterable<Buffer>,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(ImportAsNumbers)
export class ImportAsNumbersHandler implements ICommandHandler<ImportAsNumbers> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  /** @throws DomainError `invalid`, `too_large`, `conflict`; the AS numbers are then unchanged */
  async execute({ pieces, metadata }: ImportAsNumbers): Promise<AsNumbersFile> {
    const importId = newId();
    await beginImport(this.database, importId);
    try {
      const counts = await this.storeFile(importId, pieces);
      return await this.database.transaction(async (sql) => {
        await noteAlive(sql, importId, 0);
        const decide = () => replaceFile({ importId, ...counts });
        await this.store.executeWithin(sql, AS_NUMBERS, AS_NUMBERS_ID, decide, { metadata });
        await endImport(sql, importId);
        return readFile(sql);
      });
    } catch (error) {
      await endImport(this.database, importId);
      throw error;
    }
  }

  private async storeFile(
    importId: string,
    pieces: AsyncIterable<Buffer>,
  ): Promise<{ lines: number; prefixes: number }> {
    const counts = { lines: 0, prefixes: 0 };
    let batch: AsLine[] = [];
    let prefixes = 0;
    const storeBatch = async (): Promise<void> => {
      counts.lines += batch.length;
      counts.prefixes += prefixes;
      if (counts.lines > AS_NUMBERS_LIMITS.lines || counts.prefixes > AS_NUMBERS_LIMITS.prefixes)
        throw tooManyPrefixes();
      await storeLines(this.database, importId, batch);
      batch = [];
      prefixes = 0;
    };
    for await (const line of readAsLines(pieces)) {
      batch.push(line);
      prefixes += line.prefixes.length;
      if (prefixes >= PREFIXES_PER_STATEMENT) await storeBatch();
    }
    await storeBatch();
    if (counts.lines === 0) throw new DomainError('invalid', 'The file contains no prefix with an AS number.');
    return counts;
  }
}
