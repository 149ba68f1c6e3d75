import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import type { Principal } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ownerOf } from './saved-view-row';

/** Deletes a view of the caller; who manages access may delete any shared one. */
export class DeleteView extends Command<void> {
  constructor(
    readonly id: string,
    readonly caller: Principal,
  ) {
    super();
  }
}

@CommandHandler(DeleteView)
export class DeleteViewHandler implements ICommandHandler<DeleteView> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found` */
  async execute({ id, caller }: DeleteView): Promise<void> {
    const deleted = await this.database.execute(
      'DELETE FROM saved_view WHERE id = $1 AND (owner = $2 OR (is_shared AND $3))',
      [id, ownerOf(caller), caller.permissions.includes('access:manage')],
    );
    if (deleted === 0) throw new DomainError('not_found', 'You have no such view; it may have been deleted.');
  }
}
