import type { CreatedUser, CreateUserRequest } from '@icmp-mon/identity/contract';
import { ControlDatabase, isUniqueViolation } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { USERS_MAX } from './list-users';
import { newPasswordLink, storePasswordLink } from './password-link';
import { type AccessManager, requirePermissionsOf } from './require-permissions';
import { checkedScope, requireLimitable } from './scope';
import { issuePasswordLink, registerUser, USER } from './user';

/** Creates a user, who sets the password with the returned invitation link. */
export class CreateUser extends Command<CreatedUser> {
  constructor(
    readonly request: CreateUserRequest,
    readonly metadata: RequestMetadata,
    readonly manager: AccessManager,
  ) {
    super();
  }
}

@CommandHandler(CreateUser)
export class CreateUserHandler implements ICommandHandler<CreateUser> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  /** @throws DomainError `forbidden`; `invalid` (scope); `conflict` for a name that is in use, or when the limit is reached */
  async execute({ request, metadata, manager }: CreateUser): Promise<CreatedUser> {
    const { name, role } = request;
    requirePermissionsOf(manager, role);
    const scope = checkedScope(request.scope);
    requireLimitable(role, scope, '#/scope');
    const [{ users }] = await this.database.query<{ users: number }>(
      'SELECT count(*) AS users FROM user_account WHERE removed_at IS NULL',
    );
    if (users >= USERS_MAX) {
      throw new DomainError('conflict', `The limit of ${USERS_MAX} users is reached. Remove users who left.`);
    }
    const userId = newId();
    const nowMs = Date.now();
    const link = newPasswordLink('invitation', nowMs);
    const { expiresAt } = link;
    const registered = registerUser({ kind: 'absent' }, userId, { role, name, scope });
    const ofIssuer = { isOfIssuer: false, isScopeOfIssuer: false } as const;
    const present = { kind: 'present', role, scope, isDisabled: false, ...ofIssuer } as const;
    const invited = issuePasswordLink(present, userId, { purpose: 'invitation', expiresAt }, manager);
    try {
      await this.store.execute(USER, userId, () => [...registered, ...invited], {
        metadata,
        expectedVersion: 0,
        within: async (sql) => {
          await sql.execute(
            'INSERT INTO user_account (id, name, role, scope, created_at) VALUES ($1, $2, $3, $4, $5)',
            [...[userId, name, role, scope, new Date(nowMs)]],
          );
          await storePasswordLink(sql, userId, link);
        },
      });
    } catch (error) {
      if (!isUniqueViolation(error, 'user_account_name')) throw error;
      throw new DomainError('conflict', `There is already a user ${name}.`, [
        { pointer: '#/name', detail: 'belongs to another user' },
      ]);
    }
    const createdAt = new Date(nowMs).toISOString();
    const account = { id: userId, name, role, scope, state: 'invited' as const, createdAt };
    const none = { passwordChangedAt: null, hasSecondFactor: false, signsIn: 'password' as const, logins: 0 };
    return { user: { ...account, ...none, linkExpiresAt: expiresAt }, link };
  }
}
