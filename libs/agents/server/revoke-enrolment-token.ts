import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ENROLMENT_TOKEN, revokeToken } from './token-events';

/** Ends a token: it lets no agent in any more. Agents that joined with it stay. */
export class RevokeEnrolmentToken extends Command<void> {
  constructor(
    readonly tokenId: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(RevokeEnrolmentToken)
export class RevokeEnrolmentTokenHandler implements ICommandHandler<RevokeEnrolmentToken> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly eventStore: EventStore,
  ) {}

  /** Does nothing to a token that is revoked already. @throws DomainError `not_found` */
  async execute({ tokenId: id, metadata }: RevokeEnrolmentToken): Promise<void> {
    const [known] = await this.database.query('SELECT 1 FROM enrolment_token WHERE id = $1', [id]);
    if (known === undefined) {
      throw new DomainError('not_found', `There is no enrolment token ${id}. GET /api/v1/enrolment-tokens lists them.`);
    }
    await this.eventStore.execute(ENROLMENT_TOKEN, id, (record) => revokeToken(record, id), {
      metadata,
      within: async (sql) => {
        await sql.execute('UPDATE enrolment_token SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1', [id]);
      },
    });
  }
}
