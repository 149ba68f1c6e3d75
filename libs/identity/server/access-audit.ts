import type { ApiKeyEvent, UserEvent } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { type AuditFields, audited } from '@icmp-mon/platform/plugins';
import { USER } from './accounts/user';
import { API_KEY } from './api-keys/api-key-events';

const withoutSecondFactor = (_data: object, before: AuditFields): AuditFields => ({ ...before, secondFactor: null });

/** How the audit describes the events of users. */
export const USER_AUDIT = audited<UserEvent>({
  aggregate: USER,
  kind: 'user',
  types: {
    UserRegistered: {
      did: () => 'created the user',
      fields: ({ name = null, role, scope = null, issuer = null }) => ({ name, role, scope, issuer, state: 'enabled' }),
    },
    UserRoleChanged: {
      did: ({ role }) => `gave the user the role ${role}`,
      fields: ({ role }, before) => ({ ...before, role }),
    },
    UserScopeChanged: {
      did: () => 'changed the scope of the user',
      fields: ({ scope }, before) => ({ ...before, scope }),
    },
    UserDisabled: { did: () => 'disabled the user', fields: (_data, before) => ({ ...before, state: 'disabled' }) },
    UserEnabled: { did: () => 'enabled the user', fields: (_data, before) => ({ ...before, state: 'enabled' }) },
    UserRemoved: { did: () => 'removed the user', fields: () => ({}) },
    UserErased: { did: () => 'erased the name of the removed user' },
    PasswordLinkIssued: {
      did: ({ purpose, expiresAt }) =>
        `created a link with which the user can set a password (${purpose}), valid until ${expiresAt}`,
    },
    PasswordChanged: { did: () => 'set the password of the user' },
    PasswordReset: { did: () => 'reset the password of the user by the command line' },
    SecondFactorEnabled: {
      did: () => 'enabled the second factor of the user',
      fields: (_data, before) => ({ ...before, secondFactor: 'enabled' }),
    },
    SecondFactorDisabled: { did: () => 'disabled the second factor of the user', fields: withoutSecondFactor },
    SecondFactorReset: { did: () => 'reset the second factor of the user', fields: withoutSecondFactor },
    RecoveryCodesRenewed: { did: () => 'renewed the recovery codes of the user' },
    RecoveryCodeUsed: { did: () => 'logged in with a recovery code of the user' },
    LoginsEnded: {
      did: ({ loginIds: { length } }) => `ended ${length} ${length === 1 ? 'login' : 'logins'} of the user`,
    },
  },
  findEntities: (sql, name) => readIds(sql, 'SELECT id FROM user_account WHERE lower(name) = lower($1)', name),
});

/** How the audit describes the events of API keys; the key is in none of them. */
export const API_KEY_AUDIT = audited<ApiKeyEvent>({
  aggregate: API_KEY,
  kind: 'api-key',
  types: {
    ApiKeyIssued: {
      did: () => 'created the API key',
      fields: ({ role, expiresAt = null, permissions = null, scope = null }) => ({
        ...{ role, expiresAt, scope },
        permissions: permissions?.join(', ') ?? 'all of the role',
      }),
    },
    ApiKeyScopeChanged: {
      did: () => 'changed the scope of the API key',
      fields: ({ scope }, before) => ({ ...before, scope }),
    },
    ApiKeyRevoked: { did: () => 'revoked the API key', fields: () => ({}) },
  },
  findEntities: (sql, name) => readIds(sql, 'SELECT id FROM api_key WHERE name = $1', name),
});

async function readIds(sql: Sql, statement: string, name: string): Promise<string[]> {
  const rows = await sql.query<{ id: string }>(statement, [name]);
  return rows.map(({ id }) => id);
}
