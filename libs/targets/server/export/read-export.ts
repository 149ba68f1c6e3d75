import { Readable } from 'node:stream';
import { AgentTargets, TargetPlacements } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { JudgedTargets } from '@icmp-mon/status/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listFilter } from '../target-list/list-filter';
import { exportPages } from './export-pages';
import { type ExportFormat, exportTexts } from './export-texts';

/** Reads the inventory of the targets of a filter as a stream of text. */
export class ReadExport extends Query<Readable> {
  constructor(
    readonly filter: string | undefined,
    readonly format: ExportFormat,
  ) {
    super();
  }
}

@QueryHandler(ReadExport)
export class ReadExportHandler implements IQueryHandler<ReadExport> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly judged: JudgedTargets,
    private readonly agentTargets: AgentTargets,
    private readonly placements: TargetPlacements,
  ) {}

  /** Returns the stream after its first page was read. @throws InvalidFilter */
  async execute({ filter, format }: ReadExport): Promise<Readable> {
    const { agentTargets, placements } = this;
    const context = { judged: await this.judged.now(), agentTargets, placements };
    const selected = listFilter(filter === undefined ? {} : { filter }, context);
    const texts = exportTexts(exportPages(this.database, selected), format);
    const first = await texts.next();
    return Readable.from(following(first, texts), { objectMode: false });
  }
}

async function* following(first: IteratorResult<string>, texts: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* texts;
}
