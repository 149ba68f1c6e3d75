import { ActorNames } from '@icmp-mon/identity/contract';
import { Authenticator } from '@icmp-mon/platform/http';
import { type DynamicModule, Global, Module } from '@nestjs/common';
import { ChangePasswordHandler } from '../accounts/change-password';
import { ChangeRoleHandler } from '../accounts/change-role';
import { ChangeUserScopeHandler } from '../accounts/change-user-scope';
import { CreateUserHandler } from '../accounts/create-user';
import { DisableUserHandler } from '../accounts/disable-user';
import { EnableUserHandler } from '../accounts/enable-user';
import { EnsureUserHandler } from '../accounts/ensure-user';
import { EraseUserHandler } from '../accounts/erase-user';
import { IssuePasswordLinkHandler } from '../accounts/issue-password-link';
import { ListUsersHandler } from '../accounts/list-users';
import { RemoveUserHandler } from '../accounts/remove-user';
import { StoredActorNames } from '../accounts/stored-actor-names';
import { UsePasswordLinkHandler } from '../accounts/use-password-link';
import { ApiKeysController } from '../api-keys.controller';
import { EnsureApiKeyHandler } from '../api-keys/ensure-api-key';
import { ChangeKeyScopeHandler } from '../api-keys/change-key-scope';
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
import { UsersController } from '../users.controller';

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
      controllers: [AuthController, OwnAccountController, UsersController, ApiKeysController],
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
        CreateUserHandler,
        ChangeRoleHandler,
        ChangeUserScopeHandler,
        DisableUserHandler,
        EnableUserHandler,
        RemoveUserHandler,
        EraseUserHandler,
        IssuePasswordLinkHandler,
        UsePasswordLinkHandler,
        ChangePasswordHandler,
        EndLoginsHandler,
        IssueApiKeyHandler,
        ChangeKeyScopeHandler,
        RevokeApiKeyHandler,
      ],
      exports: [Authenticator, ActorNames],
    };
  }
}
