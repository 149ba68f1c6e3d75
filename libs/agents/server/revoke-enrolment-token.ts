import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Injectable } from '@nestjs/common';
import { ENROLMENT_TOKEN, revokeToken } from './token-events';

/** Ends a token: it lets nobody in any more. Agents that joined with it stay. */
@Injectable()
export class RevokeEnrolmentToken {
  constructor(
    private readonly database: ControlDatabase,
    private readonly eventStore: EventStore,
  ) {}

  /** Does nothing to a token that is revoked already. @throws DomainError `not_found` */
  async revoke(id: string, metadata: RequestMetadata): Promise<void> {
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
