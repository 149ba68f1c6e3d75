import type { PasswordLink, UserEvent } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { newPasswordLink, storePasswordLink } from './password-link';
import { type AccessManager } from './require-permissions';
import { issuePasswordLink, USER, type UserState } from './user';

/** Creates a link with which a user sets a password once, in place of an earlier link. The current password stays valid until then. */
export class IssuePasswordLink extends Command<PasswordLink> {
  constructor(
    readonly userId: string,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
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

  /** @throws DomainError `not_found`, `forbidden`; `conflict` for a disabled user */
  async execute({ userId, metadata, manager }: IssuePasswordLink): Promise<PasswordLink> {
    const [account] = await this.database.query<{ is_invited: boolean }>(
      'SELECT password_hash IS NULL AS is_invited FROM user_account WHERE id = $1',
      [userId],
    );
    const purpose = account?.is_invited === true ? 'invitation' : 'reset';
    const link = newPasswordLink(purpose, Date.now());
    const { expiresAt } = link;
    const decide = (state: UserState): UserEvent[] => issuePasswordLink(state, userId, { purpose, expiresAt }, manager);
    await this.store.execute(USER, userId, decide, {
      metadata,
      within: (sql) => storePasswordLink(sql, userId, link),
    });
    return link;
  }
}
