import { type Role, ROLES } from '@icmp-mon/identity/contract';
import type { Field } from '@icmp-mon/platform/config';

/** Returns the role that a text names; undefined if there is none. */
export const roleNamed = (text: string): Role | undefined => ROLES.find((role) => role === text);

/** A comma-separated list of roles; none by default. */
export function roles(variable: string): Field<Role[]> {
  return {
    variable,
    expected: `a comma-separated list of roles (${ROLES.join(', ')})`,
    parseText(raw) {
      const named = raw.split(',').map((item) => roleNamed(item.trim()));
      return named.every((role) => role !== undefined) ? [...new Set(named)] : null;
    },
    showValue: (value) => value.join(','),
    missing: { required: false, value: [] },
    namesValue: true,
  };
}
