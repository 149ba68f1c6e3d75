import type { UserEvent } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import type { EventStore } from '@icmp-mon/platform/event-store';
import type { RequestMetadata } from '@icmp-mon/platform/http';
import { USER } from '../accounts/user';
import { type LoggedIn, loggedIn } from '../sessions/log-in';
import type { ChallengedUser, LoginChallenges } from '../sessions/login-challenges';
import { beginWithin, type BegunSession, type LoginClient } from '../sessions/session-rows';

/** A login whose second step is right. */
interface ChallengedLogin {
  user: ChallengedUser;
  challenge: string;
  client: LoginClient;
  metadata: RequestMetadata;
  events: UserEvent[];
  /** Stores what the code has proved. */
  proveWithin: (sql: Sql) => Promise<void>;
}

/** Appends the events, and uses up challenge and code, in the transaction that begins the login. @throws DomainError `invalid`, `unauthenticated` */
export async function beginChallenged(
  store: EventStore,
  challenges: LoginChallenges,
  { user, challenge, client, metadata, events, proveWithin }: ChallengedLogin,
): Promise<LoggedIn> {
  let begun: BegunSession | undefined;
  await store.execute(USER, user.userId, () => events, {
    metadata: { ...metadata, actor: `user:${user.userId}` },
    within: async (sql) => {
      await challenges.useWithin(sql, challenge);
      await proveWithin(sql);
      begun = await beginWithin(sql, { ...user, hasSecondFactor: true }, client);
    },
  });
  if (begun === undefined) throw new Error('The transaction of a login ended without a session.');
  return loggedIn(user, begun);
}
