import { ActorNames } from '@icmp-mon/identity/contract';
import { Authenticator } from '@icmp-mon/platform/http';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { AccessController } from '../access.controller';
import { ChangePasswordHandler } from '../accounts/change-password';
import { EnsureUserHandler } from '../accounts/ensure-user';
import { ListUsersHandler } from '../accounts/list-users';
import { ResetPasswordHandler } from '../accounts/reset-password';
import { StoredActorNames } from '../accounts/stored-actor-names';
import { EnsureApiKeyHandler } from '../api-keys/ensure-api-key';
import { IssueApiKeyHandler } from '../api-keys/issue-api-key';
import { KnownApiKeys } from '../api-keys/known-api-keys';
import { ListApiKeysHandler } from '../api-keys/list-api-keys';
import { RevokeApiKeyHandler } from '../api-keys/revoke-api-key';
import { AuthController } from '../auth.controller';
import { OwnAccountController } from '../own-account.controller';
import { RequestAuthenticator } from '../request-authenticator';
import { AccessTokens } from '../sessions/access-token';
import { BrowserSessions } from '../sessions/browser-sessions';
import { EndLoginsHandler } from '../sessions/end-logins';
import { ListLoginsHandler } from '../sessions/list-logins';
import { LogInHandler } from '../sessions/log-in';
import { LogOutHandler } from '../sessions/log-out';
import { ReadSessionHandler } from '../sessions/read-session';
import { RefreshSessionHandler } from '../sessions/refresh-session';
import { KnownBrowsers } from '../sessions/known-browsers';
import { LoginAttempts } from '../sessions/login-attempts';
import { Sessions } from '../sessions/sessions';

interface IdentityOptions {
  /** Key that signs session tokens; at least 32 bytes, the same on every replica. */
  jwtSecret: string;
}

/** Registers logins and API keys. Exports the `Authenticator` that the permission guard uses, and `ActorNames` for other contexts. */
@Global()
@Module({})
export class IdentityApiModule {
  static register(options: IdentityOptions): DynamicModule {
    return {
      module: IdentityApiModule,
      controllers: [AuthController, OwnAccountController, AccessController],
      providers: [
        Sessions,
        LoginAttempts,
        KnownApiKeys,
        { provide: AccessTokens, useFactory: () => new AccessTokens(options.jwtSecret) },
        { provide: KnownBrowsers, useFactory: () => new KnownBrowsers(options.jwtSecret) },
        { provide: ActorNames, useClass: StoredActorNames },
        { provide: Authenticator, useClass: RequestAuthenticator },
        BrowserSessions,
        LogInHandler,
        RefreshSessionHandler,
        LogOutHandler,
        ReadSessionHandler,
        ListLoginsHandler,
        ListUsersHandler,
        ListApiKeysHandler,
        EnsureUserHandler,
        EnsureApiKeyHandler,
        ChangePasswordHandler,
        ResetPasswordHandler,
        EndLoginsHandler,
        IssueApiKeyHandler,
        RevokeApiKeyHandler,
      ],
      exports: [Authenticator, ActorNames],
    };
  }
}
