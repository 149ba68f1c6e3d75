import {
  type CreateEnrolmentTokenRequest,
  type EnrolmentTokenCreated,
  type EnrolmentTokenView,
  tokenPurpose,
} from '@icmp-mon/agents/contract';
import { counted } from '@icmp-mon/platform/text';
import { pathOf } from '../api/api-client';
import { findListed } from '../find-listed';
import { tagsOf } from '../options';
import { printDocument, printList, reportChange } from '../output/print-document';
import { printable } from '../output/printable';
import { timeText } from '../output/times';
import type { Actions, Session } from '../session';

const TOKENS = 'enrolment-tokens';

export const TOKEN_ACTIONS: Actions = {
  'tokens list': listTokens,
  'tokens create': createToken,
  'tokens revoke': revokeToken,
};

async function revokeToken(session: Session): Promise<void> {
  const { api, asked } = session;
  const [id = ''] = asked.args;
  await api.sendDelete(pathOf(TOKENS, id));
  await reportChange(session, `The token ${id} is revoked.`, () =>
    findListed<EnrolmentTokenView>(session, {
      ...{ path: TOKENS, noun: 'enrolment token', command: 'tokens list' },
      isNamed: (token, wanted) => token.id === wanted,
    }),
  );
}

async function listTokens(session: Session): Promise<void> {
  await printList(
    session,
    await session.api.readDocument<{ items: EnrolmentTokenView[] }>(TOKENS),
    [
      { title: 'ID', of: ({ id }) => id },
      { title: 'STATE', of: ({ state }) => state },
      { title: 'FOR', of: tokenPurpose },
      { title: 'LEFT', of: ({ usesLeft, uses }) => `${usesLeft} of ${uses}` },
      { title: 'BY', of: ({ createdBy }) => createdBy },
      { title: 'EXPIRES', of: ({ expiresAt }) => timeText(expiresAt) },
      { title: 'USED', of: ({ lastUsedAt }) => timeText(lastUsedAt) ?? 'never' },
    ],
    'There are no enrolment tokens.',
  );
}

async function createToken(session: Session): Promise<void> {
  const { api, asked, output } = session;
  const [agentName, region, provider] = ['agent', 'region', 'provider'].map((name) => asked.text(name));
  const [capacityPps, uses, validForS] = ['capacity', 'uses', 'valid-for'].map((name) => asked.number(name));
  const tags = tagsOf(session);
  const body: CreateEnrolmentTokenRequest = {
    ...(agentName !== undefined && { agentName }),
    ...(region !== undefined && { region }),
    ...(provider !== undefined && { provider }),
    ...(capacityPps !== undefined && { capacityPps }),
    ...(uses !== undefined && { uses }),
    ...(validForS !== undefined && { validForS }),
    ...(tags && { tags }),
  };
  const created = await api.sendPost<EnrolmentTokenCreated>(TOKENS, body);
  await printDocument(session, created, async () => {
    await output.printLine(printable(created.token));
    output.note(
      `The token is not shown again. For ${tokenPurpose(created)}, ${counted(created.uses, 'use')}, until ${timeText(created.expiresAt)}.\n` +
        `Address for the agents: ${created.enrolUrl}, SHA-256 of the CA: ${created.caSha256} (docs/how-to/add-an-agent.md)`,
    );
  });
}
