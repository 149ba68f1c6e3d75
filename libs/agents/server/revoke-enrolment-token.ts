import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ENROLMENT_TOKEN, revokeToken } from './token-events';

/** Revokes a token: no agent can enrol with it. Agents that enrolled with it stay. */
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

  /** Has no effect on a token that is already revoked. @throws DomainError `not_found` */
  async execute({ tokenId: id, metadata }: RevokeEnrolmentToken): Promise<void> {
    const [known] = await this.database.query('SELECT 1 FROM enrolment_token WHERE id = $1', [id]);
    if (known === undefined) {
      throw new DomainError(
        'not_found',
        `Enrolment token ${id} not found. GET /api/v1/enrolment-tokens lists all tokens.`,
      );
    }
    await this.eventStore.execute(ENROLMENT_TOKEN, id, (record) => revokeToken(record, id), {
      metadata,
      within: async (sql) => {
        await sql.execute('UPDATE enrolment_token SET revoked_at = coalesce(revoked_at, now()) WHERE id = $1', [id]);
      },
    });
  }
}
