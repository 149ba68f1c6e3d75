export const ROLES = ['viewer', 'operator', 'engineer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Permissions of routes, each with the lowest role that has it; higher roles have it too. */
const LOWEST_ROLE = {
  'targets:read': 'viewer',
  'targets:write': 'engineer',
  'targets:erase': 'admin',
  'sources:read': 'engineer',
  'sources:manage': 'admin',
  'tiers:read': 'viewer',
  'tiers:write': 'engineer',
  'agents:read': 'viewer',
  'agents:write': 'engineer',
  'agents:enrol': 'engineer',
  'status:read': 'viewer',
  'results:read': 'viewer',
  'baselines:recalculate': 'engineer',
  'commands:read': 'viewer',
  'commands:run': 'operator',
  'operations:read': 'viewer',
  'operations:replay': 'engineer',
  'maintenance:read': 'viewer',
  'maintenance:operate': 'operator',
  'maintenance:write': 'engineer',
  'access:manage': 'admin',
  'audit:read': 'admin',
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

/** Returns the permissions of an API key; `permissions` limits those of its role. */
export const keyPermissions = (role: Role, permissions: readonly Permission[] | null): readonly Permission[] =>
  permissions === null ? ROLE_PERMISSIONS[role] : ROLE_PERMISSIONS[role].filter((each) => permissions.includes(each));

/** A filter that limits a caller to the targets that it selects; null without a limit. */
export type Scope = string | null;

/** Most permissions of a caller with a scope: those whose routes can be limited to some targets, and names of tiers. */
const SCOPED_PERMISSIONS: readonly Permission[] = [
  'targets:read',
  'targets:write',
  'tiers:read',
  'status:read',
  'results:read',
  'commands:read',
  'commands:run',
];

/** Returns the permissions that a caller has with its scope. */
export const permissionsInScope = (permissions: readonly Permission[], scope: Scope): readonly Permission[] =>
  scope === null ? permissions : permissions.filter((each) => SCOPED_PERMISSIONS.includes(each));
