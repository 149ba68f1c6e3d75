import type { EnrolmentTokenState, EnrolmentTokenView } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

/** Maximum number of listed tokens, newest first. */
const TOKENS_MAX = 1_000;

type TokenRow = Omit<EnrolmentTokenView, 'createdAt' | 'expiresAt' | 'lastUsedAt'> &
  Record<'createdAt' | 'expiresAt', Date> & { lastUsedAt: Date | null; state: EnrolmentTokenState };

/** Lists enrolment tokens without their secrets; expired ones for one day. */
export class ListEnrolmentTokens extends Query<{ items: EnrolmentTokenView[] }> {}

@QueryHandler(ListEnrolmentTokens)
export class ListEnrolmentTokensHandler implements IQueryHandler<ListEnrolmentTokens> {
  constructor(private readonly database: ControlDatabase) {}

  async execute(): Promise<{ items: EnrolmentTokenView[] }> {
    const rows = await this.database.query<TokenRow>(
      `SELECT id, region, agent_name AS "agentName", provider, tags, capacity_pps AS "capacityPps", coalesce(uses, uses_left) AS uses, uses_left AS "usesLeft",
         created_by AS "createdBy", created_at AS "createdAt", expires_at AS "expiresAt", last_used_at AS "lastUsedAt",
         CASE WHEN revoked_at IS NOT NULL THEN 'revoked' WHEN uses_left = 0 THEN 'spent'
              WHEN expires_at <= now() THEN 'expired' ELSE 'usable' END AS state
       FROM enrolment_token ORDER BY created_at DESC, id LIMIT ${TOKENS_MAX}`,
    );
    return { items: rows.map(tokenView) };
  }
}

function tokenView(row: TokenRow): EnrolmentTokenView {
  return {
    ...row,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
  };
}
