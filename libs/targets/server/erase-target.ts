import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { shown, TARGET_ID } from '@icmp-mon/targets/wire';
import { eraseJobTexts } from './bulk/erase-job-texts';
import { erase, TARGET } from './target';

/** Erases name, notes and owner of a removed target. */
export class EraseTarget extends Command<void> {
  constructor(
    readonly id: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(EraseTarget)
export class EraseTargetHandler implements ICommandHandler<EraseTarget> {
  constructor(private readonly store: EventStore) {}

  /** @throws DomainError `not_found`; `conflict` (the target was not removed) */
  async execute({ id, metadata }: EraseTarget): Promise<void> {
    if (!TARGET_ID.test(id)) {
      throw new DomainError('not_found', `"${shown(id)}" is not an id: a removed target is found by its id only.`);
    }
    const targetId = id.toLowerCase();
    await this.store.execute(TARGET, targetId, erase, { metadata, within: (sql) => eraseJobTexts(sql, targetId) });
  }
}
