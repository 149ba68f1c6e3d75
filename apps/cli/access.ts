import { userInfo } from 'node:os';
import { PERMISSIONS, type Role, ROLES, type UserView } from '@icmp-mon/identity/contract';
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
import type { Actions } from './actions';
import { type CliContext, Refusal } from './cli-context';

type Access = Pick<CliContext, 'control' | 'printLine'>;

const KEY_NAME_LENGTH_MAX = 100;
/** An operator on the machine itself has all permissions. */
const OPERATOR = { permissions: PERMISSIONS };

/** Commands for accounts and API keys; they work on the machine itself, even for an operator without a valid login. */
export const ACCESS_ACTIONS: Actions = {
  'users list': (context) => showUsers(context),
  'users reset-password': (context, { args: [user] }) => resetPassword(context, user),
  'users end-logins': (context, { args: [user] }) => endLogins(context, user),
  'api-keys list': (context) => showApiKeys(context),
  'api-keys create': (context, asked) =>
    createApiKey(context, asked.args[0], roleOf(asked.text('role')), asked.number('days')),
  'api-keys revoke': (context, { args: [id] }) => revokeApiKey(context, id),
};

export async function showUsers({ control, printLine }: Access): Promise<void> {
  for (const { name, role, state, logins, passwordChangedAt } of (await new ListUsersHandler(control).execute())
    .items) {
    printLine(
      `${name}  ${role}  ${state}  logins: ${logins}  password: ${passwordChangedAt === null ? 'the initial one' : `changed ${passwordChangedAt}`}`,
    );
  }
}

export async function resetPassword({ control, printLine }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  const password = generatePassword();
  const handler = new ResetPasswordHandler(control, new EventStore(control), new Sessions(control));
  await handler.execute(new ResetPassword(user.id, password, metadata()));
  printLine(`The password of ${user.name} is now ${password}`);
  printLine(
    'All logins of the user are ended. access.json still contains the password of the first start, which is no longer valid.',
  );
}

export async function endLogins({ control, printLine }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  const handler = new EndLoginsHandler(control, new EventStore(control), new Sessions(control));
  const ended = await handler.execute(new EndLogins({ userId: user.id }, metadata(), OPERATOR));
  printLine(`Ended logins of ${user.name}: ${ended}.`);
}

export async function showApiKeys({ control, printLine }: Access): Promise<void> {
  for (const { id, name, role, createdAt, lastUsedAt, expiresAt, revokedAt } of (
    await new ListApiKeysHandler(control).execute()
  ).items) {
    const end = revokedAt !== null ? `revoked ${revokedAt}` : `expires ${expiresAt ?? 'never'}`;
    printLine(`${id}  ${role}  ${name}  created ${createdAt}  used ${lastUsedAt ?? 'never'}  ${end}`);
  }
}

export async function createApiKey(
  { control, printLine }: Access,
  name: string,
  role: Role,
  days?: number,
): Promise<void> {
  const fault = name.length > KEY_NAME_LENGTH_MAX ? `is longer than ${KEY_NAME_LENGTH_MAX}` : plainTextFault(name);
  if (name === '' || fault !== null) throw new Refusal(`The name ${fault ?? 'is empty'}.`);
  const handler = new IssueApiKeyHandler(control, new EventStore(control));
  const request = { name, role, ...(days !== undefined && { validForDays: days }) };
  const { key, expiresAt } = await handler.execute(new IssueApiKey(request, { ...OPERATOR, name: null }, metadata()));
  printLine(`${key}`);
  printLine(`The key is not shown again. Role ${role}, expires ${expiresAt ?? 'never'}.`);
}

export async function revokeApiKey({ control, printLine }: Access, id: string): Promise<void> {
  const handler = new RevokeApiKeyHandler(new EventStore(control), new KnownApiKeys(control));
  await handler.execute(new RevokeApiKey(id, metadata(), OPERATOR));
  printLine(`The API key ${id} is revoked; every api process rejects it within 5 s.`);
}

async function userNamed({ control }: Pick<Access, 'control'>, name: string): Promise<UserView> {
  const { items: users } = await new ListUsersHandler(control).execute();
  const found = users.find((user) => user.name.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found;
  throw new Refusal(`There is no user "${name}". Users: ${users.map((user) => user.name).join(', ')}.`);
}

const metadata = (): RequestMetadata => ({
  actor: `cli:${userInfo().username}`,
  causationId: null,
  correlationId: newId(),
});

function roleOf(text: string | undefined): Role {
  const role = ROLES.find((each) => each === text);
  if (role === undefined) throw new Error(`The command definition allows the role ${text}, but the contract does not.`);
  return role;
}
