import type { PasswordLink } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { newPasswordLink, storePasswordLink } from './password-link';
import { issuePasswordLink, USER } from './user';

/** Creates a link with which a user sets a password once, in place of an earlier link. The current password stays valid until then. */
export class IssuePasswordLink extends Command<PasswordLink> {
  constructor(
    readonly userId: string,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(IssuePasswordLink)
export class IssuePasswordLinkHandler implements ICommandHandler<IssuePasswordLink> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  /** @throws DomainError `not_found`; `conflict` for a disabled user */
  async execute({ userId, metadata }: IssuePasswordLink): Promise<PasswordLink> {
    const [account] = await this.database.query<{ is_invited: boolean }>(
      'SELECT password_hash IS NULL AS is_invited FROM user_account WHERE id = $1',
      [userId],
    );
    const purpose = account?.is_invited === true ? 'invitation' : 'reset';
    const link = newPasswordLink(purpose, Date.now());
    const { expiresAt } = link;
    await this.store.execute(USER, userId, (state) => issuePasswordLink(state, userId, { purpose, expiresAt }), {
      metadata,
      within: (sql) => storePasswordLink(sql, userId, link),
    });
    return link;
  }
}
