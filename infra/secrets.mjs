import { randomBytes } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { databaseRoles } from './database-roles.mjs';
import { readJson, writePrivateJson } from './private-file.mjs';

/**
 * @typedef {{ adminUser: string, adminPassword: string, apiKey: string, enrolmentToken: string }} Bootstrap
 * @param {number} bytes
 */

const random = (bytes) => randomBytes(bytes).toString('base64url');

/**
 * Returns the passwords of the local services, the signing secret of logins, and the key of stored credentials; they are created once, readable only by their owner.
 * @param {string} file
 */
export function secretsOf(file) {
  const kept = readJson(file) ?? {};
  const secrets = {
    postgresPassword: kept.postgresPassword ?? random(24),
    redisPassword: kept.redisPassword ?? random(24),
    kafkaPassword: kept.kafkaPassword ?? random(24),
    jwtSecret: kept.jwtSecret ?? random(48),
    credentialsKey: kept.credentialsKey ?? random(48),
    databasePasswords: Object.fromEntries(
      databaseRoles.map((role) => [role, kept.databasePasswords?.[role] ?? random(24)]),
    ),
  };
  if (!isDeepStrictEqual({ ...kept, ...secrets }, kept)) writePrivateJson(file, { ...kept, ...secrets });
  return secrets;
}

/**
 * Returns what the api's first `--migrate` creates: an administrator, an API key, and the local agent's enrolment token.
 * @param {string} file
 */
export function bootstrapOf(file) {
  const kept = readJson(file) ?? {};
  /** @type {Record<string, string> & Bootstrap} */
  const bootstrap = {
    adminUser: kept.adminUser ?? 'admin',
    adminPassword: kept.adminPassword ?? random(18),
    apiKey: kept.apiKey ?? `imk_${randomBytes(6).toString('hex')}_${random(32)}`,
    enrolmentToken: kept.enrolmentToken ?? `imt_${randomBytes(6).toString('hex')}_${random(32)}`,
  };
  if (Object.keys(bootstrap).some((name) => bootstrap[name] !== kept[name])) writePrivateJson(file, bootstrap);
  return bootstrap;
}
