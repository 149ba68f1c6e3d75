import { userInfo } from 'node:os';
import { type Role, ROLES, type UserView } from '@icmp-mon/identity/contract';
import {
  EndLogins,
  EndLoginsHandler,
  generatePassword,
  IssueApiKey,
  IssueApiKeyHandler,
  KnownApiKeys,
  ListApiKeysHandler,
  ListUsersHandler,
  ResetPassword,
  ResetPasswordHandler,
  RevokeApiKey,
  RevokeApiKeyHandler,
  Sessions,
} from '@icmp-mon/identity/server';
import { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { newId } from '@icmp-mon/platform/ids';
import { plainTextFault } from '@icmp-mon/platform/text';
import { type Command, InvalidArgumentError } from 'commander';
import { type CliContext, Refusal } from './cli-context';

type Access = Pick<CliContext, 'control' | 'say'>;

const KEY_NAME_LENGTH_MAX = 100;
const DAYS_MAX = 3_650;

/** Accounts and API keys, on the machine itself: also for whoever has no login any more. */
export function addAccess(program: Command, context: CliContext): void {
  const users = program.command('users').description('Accounts: lists them, sets a password, ends logins.');
  users
    .command('list')
    .description('Lists accounts.')
    .action(() => showUsers(context));
  users
    .command('reset-password')
    .argument('<user>', 'name of the user')
    .description('Gives the user a new password, which it prints, and ends all logins of the user.')
    .action((user: string) => resetPassword(context, user));
  users
    .command('end-logins')
    .argument('<user>', 'name of the user')
    .description('Ends all logins of the user.')
    .action((user: string) => endLogins(context, user));
  const keys = program.command('api-keys').description('API keys: lists, makes and revokes them.');
  keys
    .command('list')
    .description('Lists API keys, revoked ones last; never the keys themselves.')
    .action(() => showApiKeys(context));
  keys
    .command('create')
    .argument('<name>', 'what uses it')
    .requiredOption('--role <role>', ROLES.join(', '), knownRole)
    .option('--days <days>', 'how long it is valid; for ever unless set', wholeDays)
    .description('Makes an API key and prints it, once.')
    .action((name: string, { role, days }: { role: Role; days?: number }) => createApiKey(context, name, role, days));
  keys
    .command('revoke')
    .argument('<id>', 'its id, as listed')
    .description('Revokes an API key: it stops working within 5 s.')
    .action((id: string) => revokeApiKey(context, id));
}

export async function showUsers({ control, say }: Access): Promise<void> {
  for (const { name, role, logins, passwordChangedAt } of (await new ListUsersHandler(control).execute()).items) {
    say(
      `${name}  ${role}  logins: ${logins}  password: ${passwordChangedAt === null ? 'the first one' : `changed ${passwordChangedAt}`}`,
    );
  }
}

export async function resetPassword({ control, say }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  const password = generatePassword();
  const handler = new ResetPasswordHandler(control, new EventStore(control), new Sessions(control));
  await handler.execute(new ResetPassword(user.id, password, metadata()));
  say(`The password of ${user.name} is now ${password}`);
  say('All logins of the user have ended. access.json keeps the password of the first start, which no longer works.');
}

export async function endLogins({ control, say }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  const handler = new EndLoginsHandler(control, new EventStore(control), new Sessions(control));
  const ended = await handler.execute(new EndLogins({ userId: user.id }, metadata()));
  say(`Logins of ${user.name} that have ended: ${ended}.`);
}

export async function showApiKeys({ control, say }: Access): Promise<void> {
  for (const { id, name, role, createdAt, lastUsedAt, expiresAt, revokedAt } of (
    await new ListApiKeysHandler(control).execute()
  ).items) {
    const end = revokedAt !== null ? `revoked ${revokedAt}` : `expires ${expiresAt ?? 'never'}`;
    say(`${id}  ${role}  ${name}  created ${createdAt}  used ${lastUsedAt ?? 'never'}  ${end}`);
  }
}

export async function createApiKey({ control, say }: Access, name: string, role: Role, days?: number): Promise<void> {
  const fault = name.length > KEY_NAME_LENGTH_MAX ? `is longer than ${KEY_NAME_LENGTH_MAX}` : plainTextFault(name);
  if (name === '' || fault !== null) throw new Refusal(`The name ${fault ?? 'is empty'}.`);
  const handler = new IssueApiKeyHandler(control, new EventStore(control));
  const request = { name, role, ...(days !== undefined && { validForDays: days }) };
  const { key, expiresAt } = await handler.execute(new IssueApiKey(request, metadata()));
  say(`${key}`);
  say(`It is not shown again. Role ${role}, expires ${expiresAt ?? 'never'}.`);
}

export async function revokeApiKey({ control, say }: Access, id: string): Promise<void> {
  const handler = new RevokeApiKeyHandler(new EventStore(control), new KnownApiKeys(control));
  await handler.execute(new RevokeApiKey(id, metadata()));
  say(`The API key ${id} is revoked; every api process refuses it within 5 s.`);
}

async function userNamed({ control }: Pick<Access, 'control'>, name: string): Promise<UserView> {
  const { items: users } = await new ListUsersHandler(control).execute();
  const found = users.find((user) => user.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new Refusal(`There is no user "${name}", only ${users.map((user) => user.name).join(', ')}.`);
}

const metadata = (): RequestMetadata => ({
  actor: `cli:${userInfo().username}`,
  causationId: null,
  correlationId: newId(),
});

function knownRole(text: string): Role {
  const role = ROLES.find((each) => each === text);
  if (role !== undefined) return role;
  throw new InvalidArgumentError(`It is one of ${ROLES.join(', ')}.`);
}

function wholeDays(text: string): number {
  const days = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (days >= 1 && days <= DAYS_MAX) return days;
  throw new InvalidArgumentError(`It is a whole number from 1 to ${DAYS_MAX}.`);
}
