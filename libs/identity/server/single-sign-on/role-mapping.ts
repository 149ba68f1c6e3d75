import { type Role, ROLES } from '@icmp-mon/identity/contract';
import { roleNamed } from '../role-fields';

/** Role of the members of a group of the issuer. */
export interface GroupRole {
  group: string;
  role: Role;
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

/** Returns the highest role of the groups, whose names are compared exactly; null if none of them has a role. */
export function roleOfGroups(groups: readonly string[], mapping: readonly GroupRole[]): Role | null {
  const held = mapping.filter(({ group }) => groups.includes(group)).map(({ role }) => ROLES.indexOf(role));
  return held.length === 0 ? null : ROLES[Math.max(...held)];
}
