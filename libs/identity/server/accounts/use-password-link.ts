import type { UsePasswordLinkRequest } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { Sessions } from '../sessions/sessions';
import { requireGoodPassword } from './new-password';
import { hashPassword } from './password';
import { hashOfLink } from './password-link';
import { USER } from './user';

/** Sets a password with a link that is valid once, and ends all logins of the user. Returns the user's name. */
export class UsePasswordLink extends Command<{ user: string }> {
  constructor(
    readonly request: UsePasswordLinkRequest,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

const notValid = (): DomainError =>
  new DomainError('invalid', 'The link is not valid: it was used, replaced, or has expired. Ask for a new one.', [
    { pointer: '#/token', detail: 'is not valid' },
  ]);

@CommandHandler(UsePasswordLink)
export class UsePasswordLinkHandler implements ICommandHandler<UsePasswordLink> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
    private readonly sessions: Sessions,
  ) {}

  /** @throws DomainError `invalid` */
  async execute({ request: { token, newPassword }, metadata }: UsePasswordLink): Promise<{ user: string }> {
    const hash = hashOfLink(token);
    const [row] = await this.database.query<{ user_id: string; name: string }>(
      `SELECT l.user_id, u.name FROM password_link l JOIN user_account u ON u.id = l.user_id
       WHERE l.hash = $1 AND l.expires_at > now() AND u.disabled_at IS NULL`,
      [hash],
    );
    if (row === undefined) throw notValid();
    const { user_id: userId, name } = row;
    requireGoodPassword(newPassword, name, '#/newPassword');
    const passwordHash = await hashPassword(newPassword);
    await this.store.execute(USER, userId, () => [{ type: 'PasswordChanged', data: { userId } }], {
      metadata: { ...metadata, actor: `user:${userId}` },
      within: async (sql) => {
        // Of two concurrent uses, and of a use and its replacement, one wins.
        const used = await sql.execute('DELETE FROM password_link WHERE user_id = $1 AND hash = $2', [userId, hash]);
        if (used === 0) throw notValid();
        await sql.execute('UPDATE user_account SET password_hash = $2, password_changed_at = now() WHERE id = $1', [
          ...[userId, passwordHash],
        ]);
        await this.sessions.endAllWithin(sql, userId);
      },
    });
    this.sessions.forgetEnded();
    return { user: name };
  }
}
