import { userInfo } from 'node:os';
import { PERMISSIONS, type Role, ROLES, type Scope, type UserView } from '@icmp-mon/identity/contract';
import {
  ChangeUserScope,
  ChangeUserScopeHandler,
  CreateUser,
  CreateUserHandler,
  DisableUser,
  DisableUserHandler,
  EnableUser,
  EnableUserHandler,
  EndLogins,
  EndLoginsHandler,
  generatePassword,
  IssueApiKey,
  IssueApiKeyHandler,
  KnownApiKeys,
  ListApiKeysHandler,
  ListUsersHandler,
  RemoveUser,
  RemoveUserHandler,
  ResetPassword,
  ResetPasswordHandler,
  ResetSecondFactor,
  ResetSecondFactorHandler,
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

const NAME_LENGTH_MAX = 100;
/** An operator on the machine itself has all permissions. */
const OPERATOR = { permissions: PERMISSIONS };

/** Commands for accounts and API keys; they work on the machine itself, even for an operator without a valid login. */
export const ACCESS_ACTIONS: Actions = {
  'users list': (context) => showUsers(context),
  'users create': (context, asked) =>
    createUser(context, asked.args[0], roleOf(asked.text('role')), asked.text('scope')),
  'users scope': (context, asked) => changeUserScope(context, asked.args[0], asked.textOrNone('filter', 'unlimited')),
  'users disable': (context, { args: [user] }) => disableUser(context, user),
  'users enable': (context, { args: [user] }) => enableUser(context, user),
  'users remove': (context, { args: [user] }) => removeUser(context, user),
  'users reset-password': (context, { args: [user] }) => resetPassword(context, user),
  'users reset-second-factor': (context, { args: [user] }) => resetSecondFactorOf(context, user),
  'users end-logins': (context, { args: [user] }) => endLogins(context, user),
  'api-keys list': (context) => showApiKeys(context),
  'api-keys create': (context, asked) =>
    createApiKey(context, asked.args[0], roleOf(asked.text('role')), asked.number('days'), asked.text('scope')),
  'api-keys revoke': (context, { args: [id] }) => revokeApiKey(context, id),
};

export async function showUsers({ control, printLine }: Access): Promise<void> {
  for (const { name, role, scope, state, logins, passwordChangedAt, hasSecondFactor } of (
    await new ListUsersHandler(control).execute()
  ).items) {
    const initial = state === 'invited' ? 'not set yet' : 'the initial one';
    const password = passwordChangedAt === null ? initial : `changed ${passwordChangedAt}`;
    printLine(
      `${name}  ${role}  ${state}  logins: ${logins}  password: ${password}  second factor: ${hasSecondFactor ? 'yes' : 'no'}  scope: ${scope ?? 'all'}`,
    );
  }
}

export async function createUser(
  { control, printLine }: Access,
  name: string,
  role: Role,
  scope?: string,
): Promise<void> {
  requireName(name);
  const handler = new CreateUserHandler(control, new EventStore(control));
  const { link } = await handler.execute(
    new CreateUser({ name, role, ...(scope !== undefined && { scope }) }, metadata(), OPERATOR),
  );
  printLine(link.path);
  printLine(
    `The user sets a password with this link: append it to the portal's address. Valid once, until ${link.expiresAt}.`,
  );
}

export async function changeUserScope({ control, printLine }: Access, name: string, scope: Scope): Promise<void> {
  const user = await userNamed({ control }, name);
  const handler = new ChangeUserScopeHandler(new EventStore(control), new Sessions(control));
  await handler.execute(new ChangeUserScope(user.id, scope, metadata(), OPERATOR));
  printLine(`${user.name} sees ${scope === null ? 'all targets' : 'only the targets of the filter'} within 5 s.`);
}

export async function disableUser({ control, printLine }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  const handler = new DisableUserHandler(new EventStore(control), new Sessions(control));
  await handler.execute(new DisableUser(user.id, metadata(), OPERATOR));
  printLine(`${user.name} is disabled; every api process refuses the user's logins within 5 s.`);
}

export async function enableUser({ control, printLine }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  await new EnableUserHandler(new EventStore(control)).execute(new EnableUser(user.id, metadata(), OPERATOR));
  printLine(`${user.name} can log in again.`);
}

export async function removeUser({ control, printLine }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  const handler = new RemoveUserHandler(new EventStore(control), new Sessions(control));
  await handler.execute(new RemoveUser(user.id, metadata(), OPERATOR));
  printLine(`${user.name} is removed; every api process refuses the user's logins within 5 s.`);
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

export async function resetSecondFactorOf({ control, printLine }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  const handler = new ResetSecondFactorHandler(new EventStore(control), new Sessions(control));
  await handler.execute(new ResetSecondFactor(user.id, metadata(), OPERATOR));
  printLine(`${user.name} no longer has a second factor. All logins of the user are ended; the password is unchanged.`);
}

export async function endLogins({ control, printLine }: Access, name: string): Promise<void> {
  const user = await userNamed({ control }, name);
  const handler = new EndLoginsHandler(control, new EventStore(control), new Sessions(control));
  const ended = await handler.execute(new EndLogins({ userId: user.id }, metadata(), OPERATOR));
  printLine(`Ended logins of ${user.name}: ${ended}.`);
}

export async function showApiKeys({ control, printLine }: Access): Promise<void> {
  for (const { id, name, role, scope, createdAt, lastUsedAt, expiresAt, revokedAt } of (
    await new ListApiKeysHandler(control).execute()
  ).items) {
    const end = revokedAt !== null ? `revoked ${revokedAt}` : `expires ${expiresAt ?? 'never'}`;
    printLine(
      `${id}  ${role}  ${name}  created ${createdAt}  used ${lastUsedAt ?? 'never'}  ${end}  scope: ${scope ?? 'all'}`,
    );
  }
}

export async function createApiKey(
  { control, printLine }: Access,
  name: string,
  role: Role,
  days?: number,
  scope?: string,
): Promise<void> {
  requireName(name);
  const handler = new IssueApiKeyHandler(control, new EventStore(control));
  const request = {
    name,
    role,
    ...(days !== undefined && { validForDays: days }),
    ...(scope !== undefined && { scope }),
  };
  const { key, expiresAt } = await handler.execute(new IssueApiKey(request, { ...OPERATOR, name: null }, metadata()));
  printLine(`${key}\nThe key is not shown again. Role ${role}, expires ${expiresAt ?? 'never'}.`);
}

export async function revokeApiKey({ control, printLine }: Access, id: string): Promise<void> {
  const handler = new RevokeApiKeyHandler(new EventStore(control), new KnownApiKeys(control));
  await handler.execute(new RevokeApiKey(id, metadata(), OPERATOR));
  printLine(`The API key ${id} is revoked; every api process rejects it within 5 s.`);
}

function requireName(name: string): void {
  const fault = name.length > NAME_LENGTH_MAX ? `is longer than ${NAME_LENGTH_MAX}` : plainTextFault(name);
  if (name === '' || fault !== null) throw new Refusal(`The name ${fault ?? 'is empty'}.`);
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
