import { ActorNames, type Role } from '@icmp-mon/identity/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { EventStore } from '@icmp-mon/platform/event-store';
import { Authenticator } from '@icmp-mon/platform/http';
import { AuditedCategories, CallerAccess } from '@icmp-mon/platform/plugins';
import { SecretBox } from '@icmp-mon/platform/secrets';
import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
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
import { OwnPassword } from '../accounts/own-password';
import { RemoveUserHandler } from '../accounts/remove-user';
import { StoredActorNames } from '../accounts/stored-actor-names';
import { StoredCallerAccess } from '../accounts/stored-caller-access';
import { UsePasswordLinkHandler } from '../accounts/use-password-link';
import { ApiKeysController } from '../api-keys.controller';
import { EnsureApiKeyHandler } from '../api-keys/ensure-api-key';
import { ChangeKeyScopeHandler } from '../api-keys/change-key-scope';
import { IssueApiKeyHandler } from '../api-keys/issue-api-key';
import { KnownApiKeys } from '../api-keys/known-api-keys';
import { ListApiKeysHandler } from '../api-keys/list-api-keys';
import { RevokeApiKeyHandler } from '../api-keys/revoke-api-key';
import { AuthController } from '../auth.controller';
import { LoginStepsController } from '../login-steps.controller';
import { OwnAccountController } from '../own-account.controller';
import { RequestAuthenticator } from '../request-authenticator';
import { SecondFactorController } from '../second-factor.controller';
import { BeginLoginEnrolmentHandler } from '../second-factor/begin-login-enrolment';
import { BeginSecondFactorHandler } from '../second-factor/begin-second-factor';
import { CompleteLoginHandler } from '../second-factor/complete-login';
import { ConfirmLoginEnrolmentHandler } from '../second-factor/confirm-login-enrolment';
import { ConfirmSecondFactorHandler } from '../second-factor/confirm-second-factor';
import { DisableSecondFactorHandler } from '../second-factor/disable-second-factor';
import { ReadSecondFactorHandler } from '../second-factor/read-second-factor';
import { RenewRecoveryCodesHandler } from '../second-factor/renew-recovery-codes';
import { ResetSecondFactorHandler } from '../second-factor/reset-second-factor';
import { SecondFactorPolicy } from '../second-factor/second-factor-policy';
import { SecondFactors } from '../second-factor/second-factors';
import { AccessTokens } from '../sessions/access-token';
import { BrowserSessions } from '../sessions/browser-sessions';
import { EndLoginsHandler } from '../sessions/end-logins';
import { ListLoginsHandler } from '../sessions/list-logins';
import { LoginChallenges } from '../sessions/login-challenges';
import { LogInHandler } from '../sessions/log-in';
import { LogOutHandler } from '../sessions/log-out';
import { ReadSessionHandler } from '../sessions/read-session';
import { RefreshSessionHandler } from '../sessions/refresh-session';
import { KnownBrowsers } from '../sessions/known-browsers';
import { LoginAttempts } from '../sessions/login-attempts';
import { Sessions } from '../sessions/sessions';
import { BeginSignInHandler } from '../single-sign-on/begin-sign-in';
import { ConfirmLoginHandler } from '../single-sign-on/confirm-login';
import { FinishSignInHandler } from '../single-sign-on/finish-sign-in';
import { Issuer } from '../single-sign-on/issuer';
import { IssuerLogins } from '../single-sign-on/issuer-logins';
import { IssuerUsers } from '../single-sign-on/issuer-users';
import { PendingSignIns } from '../single-sign-on/pending-sign-ins';
import { ReadSignInOptionsHandler } from '../single-sign-on/read-sign-in-options';
import { SignInBrowsers } from '../single-sign-on/sign-in-browsers';
import { SingleSignOn } from '../single-sign-on/single-sign-on';
import type { SingleSignOnOptions } from '../single-sign-on/single-sign-on-options';
import { SingleSignOnController } from '../single-sign-on.controller';
import { UsersController } from '../users.controller';
import { API_KEY_AUDIT, USER_AUDIT } from '../access-audit';

interface IdentityOptions {
  /** Key that signs session tokens; at least 32 bytes, the same on every replica. */
  jwtSecret: string;
  /** Roles whose users must have a second factor. */
  secondFactorRequired: readonly Role[];
  /** Null: people sign in with passwords only. */
  singleSignOn: SingleSignOnOptions | null;
}

/** The second factor: its storage, policy and handlers. */
const secondFactors = ({ jwtSecret, secondFactorRequired }: IdentityOptions): Provider[] => [
  { provide: SecondFactorPolicy, useFactory: () => new SecondFactorPolicy(secondFactorRequired) },
  {
    provide: SecondFactors,
    inject: [ControlDatabase],
    useFactory: (database: ControlDatabase) => new SecondFactors(database, new SecretBox(jwtSecret, 'second factor')),
  },
  CompleteLoginHandler,
  BeginLoginEnrolmentHandler,
  ConfirmLoginEnrolmentHandler,
  BeginSecondFactorHandler,
  ConfirmSecondFactorHandler,
  DisableSecondFactorHandler,
  RenewRecoveryCodesHandler,
  ResetSecondFactorHandler,
  ReadSecondFactorHandler,
];

/** Single sign-on: the client of the issuer, and handlers. */
const singleSignOn = ({ jwtSecret, singleSignOn: options }: IdentityOptions): Provider[] => [
  {
    provide: SingleSignOn,
    inject: [ControlDatabase, EventStore, Sessions],
    useFactory: (database: ControlDatabase, store: EventStore, sessions: Sessions) =>
      new SingleSignOn(
        options === null
          ? null
          : { options, issuer: new Issuer(options), users: new IssuerUsers(database, store, sessions, options) },
      ),
  },
  {
    provide: IssuerLogins,
    inject: [ControlDatabase],
    useFactory: (database: ControlDatabase) => new IssuerLogins(database, new SecretBox(jwtSecret, 'issuer login')),
  },
  { provide: PendingSignIns, useFactory: () => new PendingSignIns(new SecretBox(jwtSecret, 'pending sign-in')) },
  SignInBrowsers,
  BeginSignInHandler,
  FinishSignInHandler,
  ConfirmLoginHandler,
  ReadSignInOptionsHandler,
];

/**
 * Registers logins and API keys. Exports the `Authenticator` that the permission guard uses, and `ActorNames` and
 * `CallerAccess` for other contexts.
 */
@Global()
@Module({})
export class IdentityApiModule {
  static register(options: IdentityOptions): DynamicModule {
    return {
      module: IdentityApiModule,
      controllers: [
        AuthController,
        LoginStepsController,
        SecondFactorController,
        SingleSignOnController,
        OwnAccountController,
        UsersController,
        ApiKeysController,
      ],
      providers: [
        Sessions,
        LoginAttempts,
        LoginChallenges,
        OwnPassword,
        ...secondFactors(options),
        ...singleSignOn(options),
        KnownApiKeys,
        { provide: AccessTokens, useFactory: () => new AccessTokens(options.jwtSecret) },
        { provide: KnownBrowsers, useFactory: () => new KnownBrowsers(options.jwtSecret) },
        { provide: ActorNames, useClass: StoredActorNames },
        { provide: Authenticator, useClass: RequestAuthenticator },
        { provide: CallerAccess, useClass: StoredCallerAccess },
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
      exports: [Authenticator, ActorNames, CallerAccess],
    };
  }

  constructor(audited: AuditedCategories) {
    audited.plug(USER_AUDIT, API_KEY_AUDIT);
  }
}
