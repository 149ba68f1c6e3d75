import { MAINTENANCE_LIMITS, type SilenceRequest, type WindowView } from '@icmp-mon/maintenance/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { databaseNow } from '../occurrences/database-now';
import { expandWindow } from '../occurrences/expand-window';
import { MAINTENANCE, silence } from './maintenance';
import { refuseFaults, scopeFaults } from './read-definition';
import { requireRoom } from './require-window';
import { readWindowView } from './window-rows';

const MINUTE_MS = 60_000;

/** Silences a scope from now on. */
export class SilenceScope extends Command<WindowView> {
  constructor(
    readonly request: SilenceRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(SilenceScope)
export class SilenceScopeHandler implements ICommandHandler<SilenceScope> {
  constructor(
    private readonly store: EventStore,
    private readonly database: ControlDatabase,
  ) {}

  /** @throws DomainError `invalid`; `conflict` if there are too many windows */
  async execute({ request: { scope, minutes, reason }, metadata }: SilenceScope): Promise<WindowView> {
    refuseFaults(scopeFaults(scope));
    await requireRoom(this.database, MAINTENANCE_LIMITS.windows);
    const nowMs = await databaseNow(this.database);
    const windowId = newId();
    const startsAt = new Date(nowMs).toISOString();
    const endsAt = new Date(nowMs + minutes * MINUTE_MS).toISOString();
    const data = { windowId, scope, reason, startsAt, endsAt };
    const { answer } = await this.store.execute(MAINTENANCE, windowId, (state) => silence(state, data), {
      metadata,
      expectedVersion: 0,
      within: async (sql) => void (await expandWindow(sql, windowId, nowMs)),
      answer: (sql) => readWindowView(sql, windowId),
    });
    return answer;
  }
}
