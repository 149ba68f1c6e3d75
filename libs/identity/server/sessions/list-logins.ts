import type { LoginView } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { requireUser } from '../accounts/require-user';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';

const LOGINS_MAX = 200;

interface LoginRow {
  id: string;
  created_at: Date;
  last_used_at: Date | null;
  expires_at: Date;
  address: string | null;
  user_agent: string | null;
}

/** Lists a user's active logins, most recently used first, at most 200. */
export class ListLogins extends Query<{ items: LoginView[] }> {
  /** `sessionId` is the login of the request, null for an API key. */
  constructor(readonly user: { userId: string; sessionId: string | null }) {
    super();
  }
}

@QueryHandler(ListLogins)
export class ListLoginsHandler implements IQueryHandler<ListLogins> {
  constructor(private readonly database: ControlDatabase) {}

  /** @throws DomainError `not_found` for a user that does not exist */
  async execute({ user: { userId, sessionId } }: ListLogins): Promise<{ items: LoginView[] }> {
    const rows = await this.database.query<LoginRow>(
      `SELECT s.id, s.created_at, s.expires_at, s.address, s.user_agent,
         (SELECT max(t.created_at) FROM refresh_token t WHERE t.session_id = s.id) AS last_used_at
       FROM login_session s WHERE s.user_id = $1 AND s.ended_at IS NULL AND s.expires_at > now()
       ORDER BY last_used_at DESC NULLS LAST, s.id DESC LIMIT $2`,
      [userId, LOGINS_MAX],
    );
    if (rows.length === 0) await requireUser(this.database, userId);
    return { items: rows.map((row) => loginView(row, sessionId)) };
  }
}

const loginView = (row: LoginRow, currentId: string | null): LoginView => ({
  id: row.id,
  createdAt: row.created_at.toISOString(),
  lastUsedAt: (row.last_used_at ?? row.created_at).toISOString(),
  expiresAt: row.expires_at.toISOString(),
  address: row.address,
  userAgent: row.user_agent,
  isCurrent: row.id === currentId,
});
