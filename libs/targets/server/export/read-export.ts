import type { Readable } from 'node:stream';
import type { Scope } from '@icmp-mon/identity/contract';
import { AgentTargets, TargetPlacements } from '@icmp-mon/assignment/contract';
import { TargetsInMaintenance } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { streamAfterFirst } from '@icmp-mon/platform/http';
import { JudgedTargets } from '@icmp-mon/status/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { listFilter } from '../target-list/list-filter';
import { exportPages } from './export-pages';
import { type ExportFormat, exportTexts } from './export-texts';

/** Reads the inventory of the targets of a filter as a stream of text. */
export class ReadExport extends Query<Readable> {
  constructor(
    readonly filter: string | undefined,
    readonly scope: Scope,
    readonly format: ExportFormat,
    readonly withVersions = false,
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
    private readonly maintenance: TargetsInMaintenance,
  ) {}

  /** Returns the stream after its first page was read. @throws InvalidFilter; DomainError `invalid` for versions in another format */
  async execute({ filter, scope, format, withVersions }: ReadExport): Promise<Readable> {
    if (withVersions && format !== 'ndjson') throw versionsRefused(format);
    const { agentTargets, placements, maintenance } = this;
    const context = { judged: await this.judged.now(), agentTargets, placements, maintenance };
    const selected = listFilter(filter === undefined ? {} : { filter }, context, scope);
    const pages = exportPages(this.database, selected, scope);
    return streamAfterFirst(exportTexts(pages, withVersions ? 'versioned-ndjson' : format));
  }
}

function versionsRefused(format: ExportFormat): DomainError {
  const detail = `has no effect on ${format}: add format=ndjson, whose lines can have versions`;
  return new DomainError('invalid', `The parameter versions ${detail}.`, [{ pointer: '?versions', detail }]);
}
