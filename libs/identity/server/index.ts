export { ChangeUserScope, ChangeUserScopeHandler } from './accounts/change-user-scope';
export { CreateUser, CreateUserHandler } from './accounts/create-user';
export { DisableUser, DisableUserHandler } from './accounts/disable-user';
export { EnableUser, EnableUserHandler } from './accounts/enable-user';
export { EnsureUser, EnsureUserHandler } from './accounts/ensure-user';
export { ListUsersHandler } from './accounts/list-users';
export { generatePassword } from './accounts/new-password';
export { RemoveUser, RemoveUserHandler } from './accounts/remove-user';
export { StoredCallerAccess } from './accounts/stored-caller-access';
export { ResetPassword, ResetPasswordHandler } from './accounts/reset-password';
export { newApiKey } from './api-keys/api-key';
export { EnsureApiKey, EnsureApiKeyHandler } from './api-keys/ensure-api-key';
export { IssueApiKey, IssueApiKeyHandler } from './api-keys/issue-api-key';
export { KnownApiKeys } from './api-keys/known-api-keys';
export { ListApiKeysHandler } from './api-keys/list-api-keys';
export { RevokeApiKey, RevokeApiKeyHandler } from './api-keys/revoke-api-key';
export { roles } from './role-fields';
export { ResetSecondFactor, ResetSecondFactorHandler } from './second-factor/reset-second-factor';
export { SecondFactorPolicy } from './second-factor/second-factor-policy';
export { REFRESH_COOKIE, SESSION_COOKIE } from './sessions/cookies';
export { EndLogins, EndLoginsHandler } from './sessions/end-logins';
export { LogIn, LogInHandler } from './sessions/log-in';
export { LoginChallenges } from './sessions/login-challenges';
export { LoginAttempts } from './sessions/login-attempts';
export {
  SINGLE_SIGN_ON_FIELDS,
  singleSignOnOf,
  type SingleSignOnOptions,
} from './single-sign-on/single-sign-on-options';
export { Sessions } from './sessions/sessions';
