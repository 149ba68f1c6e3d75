import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AgentDescription, TokenBounds } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';

/** Format: `imt_<id: 12 hex digits>_<secret: 43 characters of base64url>`. */
const TOKEN = /^imt_([0-9a-f]{12})_([\w-]{43})$/;
const BOOTSTRAP_USES = 10;
const BOOTSTRAP_VALID_FOR_S = 86_400;
const BOOTSTRAP_CREATOR = 'this installation';

export interface NewToken {
  id: string;
  token: string;
  secretHash: Buffer;
}

/** Permission that a token grants. With an `agentName` it admits only that agent, also to replace the existing agent of that name. */
export interface TokenGrant extends Required<TokenBounds> {
  id: string;
}

interface TokenRow extends Required<TokenBounds> {
  secretHash: Buffer;
  usesLeft: number;
  expired: boolean;
  revoked: boolean;
}

export function makeToken(): NewToken {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, token: `imt_${id}_${secret}`, secretHash: hashSecret(secret) };
}

/**
 * Checks a token without spending it, so that an unauthenticated request costs little.
 * @throws DomainError `unauthenticated` (unknown, spent, expired, revoked), `forbidden` (for another agent, region, provider or tags)
 */
export async function requireToken(sql: Sql, token: string, agent: AgentDescription): Promise<TokenGrant> {
  const { id, secretHash } = readToken(token);
  const [row] = await sql.query<TokenRow>(
    `SELECT secret_hash AS "secretHash", region, agent_name AS "agentName", provider, tags, capacity_pps AS "capacityPps",
       uses_left AS "usesLeft", expires_at <= now() AS expired, revoked_at IS NOT NULL AS revoked
     FROM enrolment_token WHERE id = $1`,
    [id],
  );
  if (row === undefined || !timingSafeEqual(row.secretHash, secretHash)) throw unknownToken();
  if (row.revoked) throw unusable('revoked');
  if (row.expired) throw unusable('expired');
  if (row.usesLeft <= 0) throw unusable('spent');
  requireBounds(row, agent);
  const { region, agentName, provider, tags, capacityPps } = row;
  return { id, region, agentName, provider, tags, capacityPps };
}

/** @throws DomainError `forbidden` for an agent that the token does not admit */
function requireBounds(bounds: Required<TokenBounds>, agent: AgentDescription): void {
  const { region, agentName, provider } = bounds;
  if (region !== null && region !== agent.region) {
    throw outOfBounds(`agents of region "${region}", not of "${agent.region}"`, '#/region', region);
  }
  if (agentName !== null && agentName !== agent.name) {
    throw outOfBounds(`the agent "${agentName}", not "${agent.name}"`, '#/name', agentName);
  }
  if (provider !== null && provider !== agent.provider) {
    throw outOfBounds(`agents of provider "${provider}", not of "${agent.provider}"`, '#/provider', provider);
  }
  for (const [key, value] of Object.entries(bounds.tags)) {
    const given = agent.tags[key];
    if (given === undefined || given === value) continue;
    throw outOfBounds(`agents with the tag ${key}=${value}, not ${key}=${given}`, `#/tags/${key}`, value);
  }
}

function outOfBounds(what: string, pointer: string, value: string): DomainError {
  return new DomainError('forbidden', `The token enrols ${what}.`, [{ pointer, detail: `must be ${value}` }]);
}

/** Spends one use of a token in the enrolment's own transaction, so two agents cannot both spend the last use. */
export async function spendToken(sql: Sql, token: string): Promise<void> {
  const { id, secretHash } = readToken(token);
  const spent = await sql.execute(
    `UPDATE enrolment_token SET uses_left = uses_left - 1, last_used_at = now()
     WHERE id = $1 AND secret_hash = $2 AND uses_left > 0 AND expires_at > now() AND revoked_at IS NULL`,
    [id, secretHash],
  );
  if (spent === 0) throw unusable('spent, expired or revoked');
}

/**
 * Renews the installation's own token: ten uses within one day from now. With `agentName` it admits only the agent of that name, also after
 * that agent's state directory was lost.
 */
export async function bootstrapEnrolmentToken(sql: Sql, token: string, agentName: string | null = null): Promise<void> {
  const { id, secretHash } = readToken(token);
  await sql.execute(
    `INSERT INTO enrolment_token (id, secret_hash, region, agent_name, uses, uses_left, expires_at, created_by)
     VALUES ($1, $2, NULL, $3, $4, $4, now() + make_interval(secs => $5), $6)
     ON CONFLICT (id) DO UPDATE SET secret_hash = EXCLUDED.secret_hash, agent_name = EXCLUDED.agent_name,
       uses = EXCLUDED.uses, uses_left = EXCLUDED.uses_left, expires_at = EXCLUDED.expires_at, revoked_at = NULL`,
    [id, secretHash, agentName, BOOTSTRAP_USES, BOOTSTRAP_VALID_FOR_S, BOOTSTRAP_CREATOR],
  );
}

/** Deletes tokens that expired more than one day ago. Returns how many. */
export function forgetExpiredTokens(sql: Sql): Promise<number> {
  return sql.execute(`DELETE FROM enrolment_token WHERE expires_at < now() - interval '1 day'`);
}

function readToken(token: string): { id: string; secretHash: Buffer } {
  const match = TOKEN.exec(token);
  if (match === null) throw unknownToken();
  const [, id, secret] = match;
  return { id, secretHash: hashSecret(secret) };
}

// A fast hash is sufficient: the secret is 256 random bits, not a password chosen by a person.
function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function unknownToken(): DomainError {
  return new DomainError('unauthenticated', 'The enrolment token is unknown. Create a new token and enrol with it.');
}

function unusable(why: string): DomainError {
  return new DomainError('unauthenticated', `The enrolment token is ${why}. Create a new token and enrol with it.`);
}
