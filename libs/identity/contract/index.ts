import type { Permission, Role, Scope } from './permissions';
import type { SignInWay } from './single-sign-on';

export { ActorNames } from './actor-names';
export {
  keyPermissions,
  type Permission,
  PERMISSIONS,
  permissionsInScope,
  type Role,
  ROLE_PERMISSIONS,
  ROLES,
  type Scope,
} from './permissions';
export { safeReturnUrl } from './return-url';
export type * from './second-factor';
export type * from './single-sign-on';

/** Stream category of users: `user-<id>`. */
export const USER_STREAM = 'user';
/** Stream category of API keys: `apikey-<id>`. */
export const API_KEY_STREAM = 'apikey';

/** Events of users: kept for the audit log, not relayed. `name` is encrypted in the store; null in events of earlier releases. */
export type UserEvent =
  | {
      type: 'UserRegistered';
      data: {
        userId: string;
        role: Role;
        name?: string | null;
        scope?: Scope;
        /** Issuer and subject (encrypted in the store) of a user who signs in there. */
        issuer?: string;
        subject?: string | null;
      };
    }
  | { type: 'UserRoleChanged'; data: { userId: string; from: Role; role: Role } }
  | { type: 'UserScopeChanged'; data: { userId: string; from: Scope; scope: Scope; ofIssuer?: true } }
  | { type: 'UserDisabled'; data: { userId: string } }
  | { type: 'UserEnabled'; data: { userId: string } }
  | { type: 'UserRemoved'; data: { userId: string } }
  | { type: 'UserErased'; data: { userId: string } }
  | { type: 'PasswordLinkIssued'; data: { userId: string; purpose: PasswordLinkPurpose; expiresAt: string } }
  | { type: 'PasswordChanged'; data: { userId: string } }
  | { type: 'PasswordReset'; data: { userId: string } }
  | { type: 'LoginsEnded'; data: { userId: string; loginIds: string[] } }
  | { type: 'SecondFactorEnabled'; data: { userId: string } }
  | { type: 'SecondFactorDisabled'; data: { userId: string } }
  | { type: 'SecondFactorReset'; data: { userId: string } }
  | { type: 'RecoveryCodesRenewed'; data: { userId: string } }
  | { type: 'RecoveryCodeUsed'; data: { userId: string } };

/** Events of API keys: kept for the audit log, not relayed. */
export type ApiKeyEvent =
  | {
      type: 'ApiKeyIssued';
      data: {
        keyId: string;
        role: Role;
        expiresAt?: string | null;
        permissions?: Permission[] | null;
        scope?: Scope;
      };
    }
  | { type: 'ApiKeyScopeChanged'; data: { keyId: string; from: Scope; scope: Scope } }
  | { type: 'ApiKeyRevoked'; data: { keyId: string } };

export const PASSWORD_LENGTH_MIN = 12;
export const PASSWORD_LENGTH_MAX = 256;

/** Request body of `POST /api/v1/auth/login`; the response also sets the session cookies. */
export interface LoginRequest {
  user: string;
  password: string;
}

/** Response of login, refresh and `GET /api/v1/auth/me`. */
export interface SessionView {
  user: string;
  role: Role;
  /** With a scope, those of the role that can be limited to some targets. */
  permissions: Permission[];
  scope: Scope;
  expiresAt: string;
}

/** Request body of `PUT /api/v1/auth/password`, which ends the user's other logins. */
export interface ChangePasswordRequest {
  currentPassword: string;
  newPassword: string;
}

/** One login of a user: a signed-in browser. */
export interface LoginView {
  id: string;
  createdAt: string;
  /** When the login was last renewed; a browser in use renews it every 15 minutes. */
  lastUsedAt: string;
  expiresAt: string;
  address: string | null;
  userAgent: string | null;
  /** Whether this login made the request. */
  isCurrent: boolean;
}

/** `invited`: the user has not set a password yet. `disabled`: the user cannot log in. */
export const USER_STATES = ['invited', 'active', 'disabled'] as const;
export type UserState = (typeof USER_STATES)[number];

/** A user account, without secrets. */
export interface UserView {
  id: string;
  name: string;
  role: Role;
  scope: Scope;
  state: UserState;
  createdAt: string;
  passwordChangedAt: string | null;
  /** When the link with which the user can set a password expires; null without such a link. */
  linkExpiresAt: string | null;
  hasSecondFactor: boolean;
  signsIn: SignInWay;
  logins: number;
}

/** Request body of `POST /api/v1/users`. */
export interface CreateUserRequest {
  name: string;
  role: Role;
  /** Absent: no limit. */
  scope?: string;
}

/** Request body of `PUT /api/v1/users/{id}/role`. */
export interface ChangeRoleRequest {
  role: Role;
}

/** Request body of `PUT /api/v1/users/{id}/scope` and `PUT /api/v1/api-keys/{id}/scope`. */
export interface ChangeScopeRequest {
  /** Null removes the limit. */
  scope: Scope;
}

export type PasswordLinkPurpose = 'invitation' | 'reset';

/** A link with which a user sets a password once. Only this response contains it. */
export interface PasswordLink {
  /** Path in the portal, with the token. */
  path: string;
  token: string;
  expiresAt: string;
}

/** Response of `POST /api/v1/users`. */
export interface CreatedUser {
  user: UserView;
  link: PasswordLink;
}

/** Request body of `POST /api/v1/auth/password-link`. */
export interface UsePasswordLinkRequest {
  token: string;
  newPassword: string;
}

/** Request body of `POST /api/v1/api-keys`. */
export interface IssueApiKeyRequest {
  name: string;
  role: Role;
  /** Absent: the key does not expire. */
  validForDays?: number;
  /** Those of the role that the key has. Absent: all of them. */
  permissions?: Permission[];
  /** Absent: no limit. */
  scope?: string;
}

export interface ApiKeyView {
  id: string;
  name: string;
  role: Role;
  /** Null: all of the role. */
  permissions: Permission[] | null;
  scope: Scope;
  createdAt: string;
  createdBy: string | null;
  /** Name of the user or the key that created it; null if it was created on the machine itself. */
  createdByName: string | null;
  /** Accurate to one minute. */
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
}

/** The only response that contains the key itself. */
export interface IssuedApiKey extends ApiKeyView {
  key: string;
}
