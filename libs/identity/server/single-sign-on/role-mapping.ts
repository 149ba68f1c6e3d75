import { type Role, ROLES, type Scope } from '@icmp-mon/identity/contract';
import { parsedScope } from '../accounts/scope';
import { roleNamed } from '../role-fields';

/** Role of the members of a group of the issuer. */
export interface GroupRole {
  group: string;
  role: Role;
  /** Filter of the only targets that the members see; absent without a limit. */
  scope?: string;
}

/** Role and scope of a person by its groups. */
export interface GroupAccess {
  role: Role;
  scope: Scope;
}

const MAPPINGS_MAX = 200;

/** Parses `group=role,…`. A comma in the name of a group is written `\,`. Returns null for a text of another form. */
export function parseGroupRoles(text: string): GroupRole[] | null {
  const items = text.split(/(?<!\\),/).map((item) => item.replaceAll('\\,', ',').trim());
  const mapped = items.map((item) => {
    const at = item.lastIndexOf('=');
    const role = roleNamed(item.slice(at + 1).trim());
    const group = item.slice(0, Math.max(0, at)).trim();
    return role === undefined || group === '' ? null : { group, role };
  });
  return mapped.length <= MAPPINGS_MAX && mapped.every((each) => each !== null) ? mapped : null;
}

export const groupRolesText = (mapping: readonly GroupRole[]): string =>
  mapping.map(({ group, role }) => `${group.replaceAll(',', '\\,')}=${role}`).join(',');

/** Parses a JSON object of group → filter, and returns the filters in their canonical text; null for a text of another form. */
export function parseGroupScopes(text: string): Map<string, string> | null {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return null;
  const scopes = new Map<string, string>();
  for (const [group, filter] of Object.entries(given)) {
    const parsed = typeof filter === 'string' ? parsedScope(filter) : null;
    if (parsed === null || !parsed.ok) return null;
    scopes.set(group, parsed.scope);
  }
  return scopes.size <= MAPPINGS_MAX ? scopes : null;
}

/**
 * Returns the highest role of the groups, whose names are compared exactly, with the scopes of the groups that have it; null if none has a role.
 * A lower role in more targets adds nothing, because a person has one role and one scope, and must get no role where no group gives it.
 */
export function accessOfGroups(groups: readonly string[], mapping: readonly GroupRole[]): GroupAccess | null {
  const held = mapping.filter(({ group }) => groups.includes(group));
  if (held.length === 0) return null;
  const role = ROLES[Math.max(...held.map((each) => ROLES.indexOf(each.role)))];
  return { role, scope: unionOf(held.filter((each) => each.role === role)) };
}

/** Returns the scope of all targets in any of some scopes, or why there is none. */
export function unionOfScopes(scopes: readonly string[]): ReturnType<typeof parsedScope> {
  const parts = [...new Set(scopes)].sort().map((scope) => `(${scope})`);
  return parsedScope(parts.join(' OR '));
}

/** Returns the scope of all targets in any of the groups' scopes; null if one of them has no limit. */
function unionOf(groups: readonly GroupRole[]): Scope {
  if (groups.some(({ scope }) => scope === undefined)) return null;
  const union = unionOfScopes(groups.flatMap(({ scope }) => scope ?? []));
  if (!union.ok) throw new Error(`The scopes of groups cannot be joined: ${union.detail}`);
  return union.scope;
}
