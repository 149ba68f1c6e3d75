import { type ImportNoticesRequest, NOTICE_TAG, type NoticeImport } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { TargetScopes } from '@icmp-mon/targets/contract';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { eachNotice } from './each-notice';
import { judgeNotice, mapNotice, readNotices, shownNotice } from './judge-notices';

/** Shows what the import of a calendar file would do. */
export class ReadImportPreview extends Query<NoticeImport> {
  constructor(readonly request: ImportNoticesRequest) {
    super();
  }
}

@QueryHandler(ReadImportPreview)
export class ReadImportPreviewHandler implements IQueryHandler<ReadImportPreview> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly scopes: TargetScopes,
  ) {}

  /** @throws DomainError `invalid`, `too_large` for a file that cannot be read */
  async execute({ request }: ReadImportPreview): Promise<NoticeImport> {
    const events = readNotices(request);
    const nowMs = await databaseNow(this.database);
    return eachNotice(events, async (read) => {
      const mapped = await mapNotice(this.database, this.scopes, read, request.tag ?? NOTICE_TAG);
      const { known, decision, others } = await judgeNotice(this.database, mapped, nowMs);
      return shownNotice(mapped, decision, { windowId: known?.windowId ?? null, others });
    });
  }
}
