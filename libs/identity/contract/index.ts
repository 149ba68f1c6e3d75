export { ActorNames } from './actor-names';

export const ROLES = ['viewer', 'operator', 'engineer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Permissions of routes, each with the lowest role that has it; higher roles have it too. */
const LOWEST_ROLE = {
  'targets:read': 'viewer',
  'targets:write': 'engineer',
  'targets:erase': 'admin',
  'tiers:read': 'viewer',
  'tiers:write': 'engineer',
  'agents:read': 'viewer',
  'agents:write': 'engineer',
  'agents:enrol': 'engineer',
  'status:read': 'viewer',
  'results:read': 'viewer',
  'operations:read': 'viewer',
  'operations:replay': 'engineer',
  'access:manage': 'admin',
  'queues:manage': 'admin',
} as const satisfies Record<string, Role>;

export type Permission = keyof typeof LOWEST_ROLE;
export const PERMISSIONS = Object.keys(LOWEST_ROLE) as Permission[];

const heldBy = (role: Role): Permission[] =>
  PERMISSIONS.filter((permission) => ROLES.indexOf(LOWEST_ROLE[permission]) <= ROLES.indexOf(role));

export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: heldBy('viewer'),
  operator: heldBy('operator'),
  engineer: heldBy('engineer'),
  admin: heldBy('admin'),
};

/** Stream category of users: `user-<id>`. */
export const USER_STREAM = 'user';
/** Stream category of API keys: `apikey-<id>`. */
export const API_KEY_STREAM = 'apikey';

/** Events of accounts and API keys: kept for the audit log, not relayed. */
export type IdentityEvent =
  | { type: 'UserRegistered'; data: { userId: string; role: Role } }
  | { type: 'PasswordChanged'; data: { userId: string } }
  | { type: 'PasswordReset'; data: { userId: string } }
  | { type: 'LoginsEnded'; data: { userId: string; loginIds: string[] } }
  | { type: 'ApiKeyIssued'; data: { keyId: string; role: Role; expiresAt?: string | null } }
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
  permissions: Permission[];
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

/** A user account, without secrets. */
export interface UserView {
  id: string;
  name: string;
  role: Role;
  createdAt: string;
  passwordChangedAt: string | null;
  logins: number;
}

/** Request body of `PUT /api/v1/users/{id}/password`, which ends all logins of the user. */
export interface ResetPasswordRequest {
  newPassword: string;
}

/** Request body of `POST /api/v1/api-keys`. */
export interface IssueApiKeyRequest {
  name: string;
  role: Role;
  /** Null or absent: the key does not expire. */
  validForDays?: number;
}

export interface ApiKeyView {
  id: string;
  name: string;
  role: Role;
  createdAt: string;
  createdBy: string | null;
  /** Accurate to one minute. */
  lastUsedAt: string | null;
  expiresAt: string | null;
  revokedAt: string | null;
}

/** The only response that contains the key itself. */
export interface IssuedApiKey extends ApiKeyView {
  key: string;
}
