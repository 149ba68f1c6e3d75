export { EnsureUser } from './accounts/ensure-user';
export { newApiKey } from './api-keys/api-key';
export { EnsureApiKey } from './api-keys/ensure-api-key';
export { IdentityApiModule, type IdentityOptions } from './identity-api.module';
export { REFRESH_COOKIE, SESSION_COOKIE } from './sessions/cookies';
export { forgetSessions } from './sessions/sessions';
