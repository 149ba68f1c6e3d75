import type { CreatedUser, PasswordLink, UserView } from '@icmp-mon/identity/contract';
import { counted } from '@icmp-mon/platform/text';
import { pathOf } from '../api/api-client';
import { findListed } from '../find-listed';
import { EXIT_UNDECIDED, isConfirmed } from '../options';
import { printDocument, printList, reportChange } from '../output/print-document';
import { printable } from '../output/printable';
import { countText, timeText } from '../output/times';
import type { Actions, Session } from '../session';

export const USER_ACTIONS: Actions = {
  'users list': listUsers,
  'users create': createUser,
  'users set-role': setRole,
  'users scope': changeScope,
  'users password-link': issueLink,
  'users enable': async (session) => {
    const { id, name } = await findUser(session);
    await session.api.sendPost(pathOf('users', id, 'enable'));
    await reportUser(session, `${name} can log in again.`);
  },
  'users disable': (session) =>
    endAccess(session, 'This disables', 'is disabled', ({ id }) =>
      session.api.sendPost(pathOf('users', id, 'disable')),
    ),
  'users end-logins': (session) =>
    endAccess(session, 'This ends all logins of', 'has no logins', ({ id }) =>
      session.api.sendDelete(pathOf('users', id, 'logins')),
    ),
  'users remove': (session) =>
    endAccess(session, 'This removes', 'is removed', ({ id }) => session.api.sendDelete(pathOf('users', id)), {
      isRemoved: true,
    }),
};

async function listUsers(session: Session): Promise<void> {
  await printList(
    session,
    await session.api.readDocument<{ items: UserView[] }>('users'),
    [
      { title: 'NAME', of: ({ name }) => name },
      { title: 'ROLE', of: ({ role }) => role },
      { title: 'SCOPE', of: ({ scope }) => scope ?? 'all targets' },
      { title: 'STATE', of: ({ state }) => state },
      { title: 'LOGINS', of: ({ logins }) => countText(logins) },
      { title: 'PASSWORD CHANGED', of: ({ passwordChangedAt }) => timeText(passwordChangedAt) },
      { title: 'LINK EXPIRES', of: ({ linkExpiresAt }) => timeText(linkExpiresAt) },
    ],
    'No users.',
  );
}

async function createUser(session: Session): Promise<void> {
  const { api, asked } = session;
  const scope = asked.text('scope');
  const request = { name: asked.args[0], role: asked.text('role'), ...(scope !== undefined && { scope }) };
  const created = await api.sendPost<CreatedUser>('users', request);
  await printLink(session, created, created.link);
}

async function issueLink(session: Session): Promise<void> {
  const { id } = await findUser(session);
  const link = await session.api.sendPost<PasswordLink>(pathOf('users', id, 'password-link'));
  await printLink(session, link, link);
}

function printLink(session: Session, document: unknown, { path, expiresAt }: PasswordLink): Promise<void> {
  const { api, output } = session;
  return printDocument(session, document, async () => {
    await output.printLine(printable(`${api.url}${path}`));
    output.note(
      `The user sets a password with this link. It is valid once, until ${timeText(expiresAt)}, and not shown again.`,
    );
  });
}

async function setRole(session: Session): Promise<void> {
  const { api, asked } = session;
  const { id, name, role: from } = await findUser(session);
  const [, role] = asked.args;
  await api.sendPut(pathOf('users', id, 'role'), { role });
  await reportUser(session, `The role of ${name} is ${role}; it was ${from}.`);
}

async function changeScope(session: Session): Promise<void> {
  const scope = session.asked.textOrNone('filter', 'unlimited');
  const { id, name } = await findUser(session);
  await session.api.sendPut(pathOf('users', id, 'scope'), { scope });
  await reportUser(
    session,
    `${name} sees ${scope === null ? 'all targets' : `only the targets of the filter ${scope}`}.`,
  );
}

async function endAccess(
  session: Session,
  effect: string,
  result: string,
  execute: (user: UserView) => Promise<unknown>,
  { isRemoved = false } = {},
): Promise<number> {
  const user = await findUser(session);
  if (!isConfirmed(session, `${effect} ${user.name} (${user.role}, ${counted(user.logins, 'login')}).`))
    return EXIT_UNDECIDED;
  await execute(user);
  await reportUser(session, `${user.name} ${result}.`, isRemoved ? user : undefined);
  return 0;
}

/** Reports a change of the user that the command names; with --json by the user as it is now, unless it no longer exists. */
const reportUser = (session: Session, remark: string, removed?: UserView): Promise<void> =>
  reportChange(session, remark, async () => removed ?? findUser(session));

/** @throws Refusal when the user is unknown */
const findUser = (session: Session): Promise<UserView> =>
  findListed<UserView>(session, {
    ...{ path: 'users', noun: 'user', command: 'users list' },
    isNamed: ({ id, name }, asked) => id === asked || name.toLowerCase() === asked.toLowerCase(),
  });
