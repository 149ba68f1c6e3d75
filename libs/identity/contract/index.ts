/** What a route can ask for. Roles are sets of these. */
export const PERMISSIONS = [
  'targets:read',
  'targets:write',
  'tiers:read',
  'agents:read',
  'agents:write',
  'agents:enrol',
  'status:read',
  'results:read',
  'operations:read',
  'operations:replay',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export const ROLES = ['viewer', 'operator', 'engineer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

const READ: Permission[] = [
  'targets:read',
  'tiers:read',
  'agents:read',
  'status:read',
  'results:read',
  'operations:read',
];

export const ROLE_PERMISSIONS: Readonly<Record<Role, readonly Permission[]>> = {
  viewer: READ,
  operator: READ,
  engineer: [...READ, 'targets:write', 'agents:write', 'agents:enrol', 'operations:replay'],
  admin: PERMISSIONS,
};

/** Stream of a user `user-<id>` and of an API key `apikey-<id>`: kept for the audit, not relayed. */
export type IdentityEvent =
  | { type: 'UserRegistered'; data: { userId: string; role: Role } }
  | { type: 'ApiKeyIssued'; data: { keyId: string; role: Role } };

/** `POST /api/v1/auth/login`; the answer also sets the session cookies. */
export interface LoginRequest {
  user: string;
  password: string;
}

/** Answer of login, refresh and `GET /api/v1/auth/me`. */
export interface SessionView {
  user: string;
  role: Role;
  permissions: Permission[];
  expiresAt: string;
}
