import {
  type ImportedNotice,
  type ImportNoticesRequest,
  MAINTENANCE_LIMITS,
  NOTICE_TAG,
  type NoticeImport,
} from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { TargetScopes } from '@icmp-mon/targets/contract';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { lockWindow } from '../windows/lock-window';
import { requireRoom } from '../windows/require-window';
import { applyNotice } from './apply-notice';
import { eachNotice } from './each-notice';
import { judgeNotice, type MappedNotice, mapNotice, readNotices, shownNotice } from './judge-notices';
import { lockNotice, readKnownNotice } from './known-notice';

/** Imports the notices of a calendar file, each in a transaction of its own. To repeat it changes nothing. */
export class ImportNotices extends Command<NoticeImport> {
  constructor(
    readonly request: ImportNoticesRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(ImportNotices)
export class ImportNoticesHandler implements ICommandHandler<ImportNotices> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
    private readonly scopes: TargetScopes,
  ) {}

  /** @throws DomainError `invalid`, `too_large` for a file that cannot be read */
  execute({ request, metadata }: ImportNotices): Promise<NoticeImport> {
    return eachNotice(readNotices(request), async (read) => {
      const mapped = await mapNotice(this.database, this.scopes, read, request.tag ?? NOTICE_TAG);
      return this.importNotice(mapped, metadata);
    });
  }

  private importNotice(mapped: MappedNotice, metadata: RequestMetadata): Promise<ImportedNotice> {
    const { notice } = mapped.read;
    return this.database.transaction(async (sql) => {
      await lockNotice(sql, notice);
      const locked = await readKnownNotice(sql, notice);
      if (locked !== null) await lockWindow(sql, locked.windowId);
      const nowMs = await databaseNow(sql);
      const { known, decision, others } = await judgeNotice(sql, mapped, nowMs);
      if (decision.action === 'schedule') await requireRoom(sql, MAINTENANCE_LIMITS.windows);
      const windowId = await applyNotice(sql, this.store, {
        notice,
        known,
        decision,
        announced: mapped.definition,
        nowMs,
        metadata,
      });
      return shownNotice(mapped, decision, { windowId, others });
    });
  }
}
