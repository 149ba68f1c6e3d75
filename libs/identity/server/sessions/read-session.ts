import type { SessionView } from '@icmp-mon/identity/contract';
import type { Principal } from '@icmp-mon/platform/http';
import { type IQueryHandler, Query, QueryHandler } from '@nestjs/cqrs';
import { ACCESS_TOKEN_S, AccessTokens } from './access-token';
import { sessionView } from './session-view';

/** Reads the caller's identity and permissions; needs no database. */
export class ReadSession extends Query<SessionView> {
  constructor(
    readonly caller: Principal,
    readonly accessToken: string | null,
  ) {
    super();
  }
}

@QueryHandler(ReadSession)
export class ReadSessionHandler implements IQueryHandler<ReadSession> {
  constructor(private readonly tokens: AccessTokens) {}

  async execute({ caller, accessToken }: ReadSession): Promise<SessionView> {
    const cookie = caller.kind === 'user' ? accessToken : null;
    const claims = cookie === null ? null : await this.tokens.verifyAccessToken(cookie);
    const expiresAtS = claims?.expiresAtS ?? Math.floor(Date.now() / 1_000) + ACCESS_TOKEN_S;
    return sessionView(caller.name, caller, expiresAtS);
  }
}
