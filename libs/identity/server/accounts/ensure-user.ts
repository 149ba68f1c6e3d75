import type { Role } from '@icmp-mon/identity/contract';
import { ControlDatabase, isUniqueViolation } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { registerUser, USER } from './user';
import { hashPassword } from './password';

/** Creates a user unless the name exists; an existing user keeps its password and role. */
export class EnsureUser extends Command<void> {
  constructor(
    readonly name: string,
    readonly password: string,
    readonly role: Role,
    readonly metadata: RequestMetadata,
  ) {
    super();
  }
}

@CommandHandler(EnsureUser)
export class EnsureUserHandler implements ICommandHandler<EnsureUser> {
  constructor(
    private readonly database: ControlDatabase,
    private readonly store: EventStore,
  ) {}

  async execute({ name, password, role, metadata }: EnsureUser): Promise<void> {
    const [present] = await this.database.query(
      'SELECT 1 FROM user_account WHERE lower(name) = lower($1) AND removed_at IS NULL',
      [name],
    );
    if (present !== undefined) return;
    const userId = newId();
    const passwordHash = await hashPassword(password);
    try {
      await this.store.execute(USER, userId, (state) => registerUser(state, userId, { role, name }), {
        metadata,
        within: async (sql) => {
          await sql.execute('INSERT INTO user_account (id, name, role, password_hash) VALUES ($1, $2, $3, $4)', [
            userId,
            name,
            role,
            passwordHash,
          ]);
        },
      });
    } catch (error) {
      // Another replica created the same user in the meantime.
      if (!isUniqueViolation(error, 'user_account_name')) throw error;
    }
  }
}
