import { plainTextFault } from '@icmp-mon/platform/text';

/** Claims of an ID token or of the userinfo endpoint. */
export type Claims = Readonly<Record<string, unknown>>;

const NAME_LENGTH_MAX = 80;
const SUBJECT_SHOWN_MAX = 20;
const GROUPS_MAX = 10_000;

/** Returns the groups of a claim: a list, or one text; null if the claims have none. A name with dots (`realm_access.roles`) is also a path. */
export function groupsOf(claims: Claims, name: string): string[] | null {
  const value = claims[name] ?? name.split('.').reduce<unknown>(memberOf, claims);
  if (typeof value === 'string') return [value];
  if (!Array.isArray(value)) return null;
  return value.filter((each) => typeof each === 'string').slice(0, GROUPS_MAX);
}

function memberOf(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** Returns whether the issuer left the groups out because there are too many (Entra ID: `_claim_names`, `hasgroups`). */
export const leavesGroupsOut = (claims: Claims, name: string): boolean =>
  memberOf(claims._claim_names, name) !== undefined || claims.hasgroups === true;

/** Returns the name under which a new user is shown. It does not identify the user: issuer and subject do. */
export function shownNameOf(claims: Claims, subject: string): string {
  const named = [claims.preferred_username, claims.email, claims.name].find(
    (each): each is string => typeof each === 'string' && each !== '' && plainTextFault(each) === null,
  );
  return (named ?? `user ${subject.replace(/[^\w.@-]/g, '?').slice(0, SUBJECT_SHOWN_MAX)}`)
    .slice(0, NAME_LENGTH_MAX)
    .trim();
}
