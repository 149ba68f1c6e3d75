import { type Config, ConfigError, type Field, list, optional, secret, text } from '@icmp-mon/platform/config';
import { type GroupRole, groupRolesText, parseGroupRoles, parseGroupScopes, unionOfScopes } from './role-mapping';

/** Everything that single sign-on needs. */
export interface SingleSignOnOptions {
  /** Exactly as the issuer names itself. */
  issuer: string;
  clientId: string;
  /** Undefined: a public client. */
  clientSecret: string | undefined;
  scopes: readonly string[];
  groupsClaim: string;
  groupRoles: readonly GroupRole[];
  /** Completes "Sign in with …". */
  label: string;
  /** Origin of the portal, for the addresses to which the issuer sends browsers back. */
  publicUrl: string;
}

const LOOPBACK = new Set(['127.0.0.1', '[::1]', 'localhost']);
const LABEL_LENGTH_MAX = 40;

/** Returns true for https, and for http on this machine. */
const isPrivate = ({ protocol, hostname }: URL): boolean =>
  protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname));

/** A URL with TLS, or on this machine. `isValid` checks its parts. */
function privateUrl(variable: string, expected: string, isValid: (url: URL) => boolean): Field<string | undefined> {
  return {
    variable,
    expected: `${expected}, with https:// (http:// only on this machine)`,
    parseText(raw) {
      if (!URL.canParse(raw)) return null;
      const url = new URL(raw);
      const isBare = url.username === '' && url.password === '' && url.search === '' && url.hash === '';
      return isBare && isPrivate(url) && isValid(url) ? raw : null;
    },
    showValue: (value) => value ?? '(not set)',
    missing: { required: false, value: undefined },
    namesValue: true,
  };
}

const groupRoles: Field<GroupRole[] | undefined> = {
  variable: 'ICMPMON_OIDC_ROLES',
  expected: 'a comma-separated list of group=role, such as noc-admins=admin,noc=operator',
  parseText: parseGroupRoles,
  showValue: (value) => (value === undefined ? '(not set)' : groupRolesText(value)),
  missing: { required: false, value: undefined },
  namesValue: true,
};

const groupScopes: Field<Map<string, string>> = {
  variable: 'ICMPMON_OIDC_TARGETS',
  expected:
    'a JSON object of group and filter, such as {"acme": "customer=acme"}; a filter has only tags, ip, name, tier, vrf and owner',
  parseText: parseGroupScopes,
  showValue: (value) => (value.size === 0 ? '(not set)' : JSON.stringify(Object.fromEntries(value))),
  missing: { required: false, value: new Map() },
  namesValue: true,
};

const label: Field<string> = {
  ...text('ICMPMON_OIDC_LABEL', { default: 'single sign-on' }),
  expected: `a text of at most ${LABEL_LENGTH_MAX} characters`,
  parseText: (raw) => (raw.trim().length <= LABEL_LENGTH_MAX ? raw.trim() : null),
};

export const SINGLE_SIGN_ON_FIELDS = {
  publicUrl: privateUrl('ICMPMON_PUBLIC_URL', "the portal's address without a path", (url) => url.pathname === '/'),
  oidcIssuer: privateUrl('ICMPMON_OIDC_ISSUER', 'the address of an issuer', () => true),
  oidcClientId: optional(text('ICMPMON_OIDC_CLIENT_ID')),
  oidcClientSecret: optional(secret('ICMPMON_OIDC_CLIENT_SECRET')),
  oidcScopes: list('ICMPMON_OIDC_SCOPES', { default: ['openid', 'profile', 'email'] }),
  oidcGroupsClaim: text('ICMPMON_OIDC_GROUPS_CLAIM', { default: 'groups' }),
  oidcRoles: groupRoles,
  oidcTargets: groupScopes,
  oidcLabel: label,
};

/** Returns the options of single sign-on; null without an issuer. @throws ConfigError if a setting that belongs to it is missing */
export function singleSignOnOf(config: Config<typeof SINGLE_SIGN_ON_FIELDS>): SingleSignOnOptions | null {
  const { oidcIssuer: issuer, oidcClientId: clientId, oidcRoles, publicUrl } = config;
  if (issuer === undefined) return null;
  const missing = [
    ...(publicUrl === undefined ? ['ICMPMON_PUBLIC_URL'] : []),
    ...(clientId === undefined ? ['ICMPMON_OIDC_CLIENT_ID'] : []),
    ...(oidcRoles === undefined ? ['ICMPMON_OIDC_ROLES'] : []),
  ];
  const problems = missing.map((name) => `${name} is missing: ICMPMON_OIDC_ISSUER needs it.`);
  if (!config.oidcScopes.includes('openid')) problems.push('ICMPMON_OIDC_SCOPES must contain openid.');
  problems.push(...scopeProblems(oidcRoles ?? [], config.oidcTargets));
  if (problems.length > 0 || publicUrl === undefined || clientId === undefined || oidcRoles === undefined)
    throw new ConfigError(problems);
  return {
    ...{ issuer, clientId, clientSecret: config.oidcClientSecret, scopes: config.oidcScopes },
    ...{
      groupsClaim: config.oidcGroupsClaim,
      groupRoles: withScopes(oidcRoles, config.oidcTargets),
      label: config.oidcLabel,
    },
    publicUrl: new URL(publicUrl).origin,
  };
}

function scopeProblems(roles: readonly GroupRole[], scopes: ReadonlyMap<string, string>): string[] {
  const union = unionOfScopes([...scopes.values()]);
  if (scopes.size > 0 && !union.ok) {
    return [
      `The filters of ICMPMON_OIDC_TARGETS are too long together: a person may be in all groups. ${union.detail}`,
    ];
  }
  return [...scopes.keys()].flatMap((group) => {
    const held = roles.filter((each) => each.group === group);
    if (held.length === 0)
      return [`ICMPMON_OIDC_TARGETS names the group "${group}", which has no role in ICMPMON_OIDC_ROLES.`];
    return held.some(({ role }) => role === 'admin')
      ? [
          `ICMPMON_OIDC_TARGETS limits the group "${group}", whose role admin cannot be limited, because it manages access.`,
        ]
      : [];
  });
}

const withScopes = (roles: readonly GroupRole[], scopes: ReadonlyMap<string, string>): GroupRole[] =>
  roles.map((each) => {
    const scope = scopes.get(each.group);
    return scope === undefined ? each : { ...each, scope };
  });
