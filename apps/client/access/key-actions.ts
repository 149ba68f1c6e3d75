import type { ApiKeyView, IssuedApiKey } from '@icmp-mon/identity/contract';
import { pathOf } from '../api/api-client';
import { findListed } from '../find-listed';
import { EXIT_UNDECIDED, isConfirmed, listOf } from '../options';
import { printDocument, printList, reportChange } from '../output/print-document';
import { printable } from '../output/printable';
import { timeText } from '../output/times';
import type { Actions, Session } from '../session';

export const KEY_ACTIONS: Actions = {
  'api-keys list': listKeys,
  'api-keys create': createKey,
  'api-keys scope': changeScope,
  'api-keys revoke': revokeKey,
};

async function listKeys(session: Session): Promise<void> {
  await printList(
    session,
    await session.api.readDocument<{ items: ApiKeyView[] }>('api-keys'),
    [
      { title: 'ID', of: ({ id }) => id },
      { title: 'NAME', of: ({ name }) => name },
      {
        title: 'ROLE',
        of: ({ role, permissions }) => (permissions === null ? role : `${role}: ${permissions.join(' ')}`),
      },
      { title: 'SCOPE', of: ({ scope }) => scope ?? 'all targets' },
      { title: 'CREATED', of: ({ createdAt }) => timeText(createdAt) },
      { title: 'BY', of: ({ createdByName, createdBy }) => createdByName ?? createdBy },
      { title: 'USED', of: ({ lastUsedAt }) => timeText(lastUsedAt) ?? 'never' },
      { title: 'EXPIRES', of: ({ expiresAt }) => timeText(expiresAt) ?? 'never' },
      { title: 'REVOKED', of: ({ revokedAt }) => timeText(revokedAt) },
    ],
    'There are no API keys.',
  );
}

async function createKey(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const [days, permissions] = [asked.number('days'), listOf(session, 'permissions')];
  const scope = asked.text('scope');
  const issued = await api.sendPost<IssuedApiKey>('api-keys', {
    name: asked.args[0],
    role: asked.text('role'),
    ...(days !== undefined && { validForDays: days }),
    ...(permissions && { permissions }),
    ...(scope !== undefined && { scope }),
  });
  await printDocument(session, issued, async () => {
    await output.printLine(printable(issued.key));
    output.note(`The key is not shown again. Role ${issued.role}, expires ${timeText(issued.expiresAt) ?? 'never'}.`);
  });
}

async function changeScope(session: Session): Promise<void> {
  const scope = session.asked.textOrNone('filter', 'unlimited');
  const { id, name } = await findKey(session);
  await session.api.sendPut(pathOf('api-keys', id, 'scope'), { scope });
  const seen = scope === null ? 'all targets' : `only the targets of the filter ${scope}`;
  await reportChange(session, `The API key ${name} sees ${seen}.`, () => findKey(session));
}

/** @throws Refusal when the key is unknown */
const findKey = (session: Session): Promise<ApiKeyView> =>
  findListed<ApiKeyView>(session, {
    ...{ path: 'api-keys', noun: 'API key', command: 'api-keys list' },
    isNamed: ({ id }, asked) => id === asked,
  });

async function revokeKey(session: Session): Promise<number> {
  const { api } = session;
  const key = await findKey(session);
  if (!isConfirmed(session, `This revokes the API key ${key.name} (last used ${timeText(key.lastUsedAt) ?? 'never'}).`))
    return EXIT_UNDECIDED;
  await api.sendDelete(pathOf('api-keys', key.id));
  await reportChange(session, `The API key ${key.name} is revoked: it stops working within 5 s.`, () =>
    findKey(session),
  );
  return 0;
}
