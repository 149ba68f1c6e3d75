import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';

/** `imt_<id: 12 hex digits>_<secret: 43 characters of base64url>`. */
const TOKEN = /^imt_([0-9a-f]{12})_([\w-]{43})$/;
const BOOTSTRAP_USES = 10;
const BOOTSTRAP_VALID_FOR_S = 86_400;

export interface NewToken {
  id: string;
  token: string;
  secretHash: Buffer;
}

interface TokenRow {
  secret_hash: Buffer;
  region: string | null;
  uses_left: number;
  expired: boolean;
}

export function makeToken(): NewToken {
  const id = randomBytes(6).toString('hex');
  const secret = randomBytes(32).toString('base64url');
  return { id, token: `imt_${id}_${secret}`, secretHash: hashSecret(secret) };
}

/**
 * Checks a token without spending it, so that nothing costly is done for a stranger.
 * @throws DomainError `unauthenticated` (unknown, spent, expired), `forbidden` (bound to another region)
 */
export async function requireToken(sql: Sql, token: string, region: string): Promise<void> {
  const { id, secretHash } = readToken(token);
  const [row] = await sql.query<TokenRow>(
    'SELECT secret_hash, region, uses_left, expires_at <= now() AS expired FROM enrolment_token WHERE id = $1',
    [id],
  );
  if (row === undefined || !timingSafeEqual(row.secret_hash, secretHash)) throw unknownToken();
  if (row.expired) throw unusable('expired');
  if (row.uses_left <= 0) throw unusable('spent');
  if (row.region !== null && row.region !== region) {
    throw new DomainError('forbidden', `The token enrols agents of region "${row.region}", not of "${region}".`, [
      { pointer: '#/region', detail: `must be ${row.region}` },
    ]);
  }
}

/** Takes one use from a token, in the enrolment's own transaction: two agents cannot share the last one. */
export async function spendToken(sql: Sql, token: string): Promise<void> {
  const { id, secretHash } = readToken(token);
  const spent = await sql.execute(
    `UPDATE enrolment_token SET uses_left = uses_left - 1
     WHERE id = $1 AND secret_hash = $2 AND uses_left > 0 AND expires_at > now()`,
    [id, secretHash],
  );
  if (spent === 0) throw unusable('spent or expired');
}

/** Makes the installation's own token usable again: ten uses within a day from now. */
export async function bootstrapEnrolmentToken(sql: Sql, token: string): Promise<void> {
  const { id, secretHash } = readToken(token);
  await sql.execute(
    `INSERT INTO enrolment_token (id, secret_hash, region, uses_left, expires_at)
     VALUES ($1, $2, NULL, $3, now() + make_interval(secs => $4))
     ON CONFLICT (id) DO UPDATE SET secret_hash = EXCLUDED.secret_hash, uses_left = EXCLUDED.uses_left,
       expires_at = EXCLUDED.expires_at`,
    [id, secretHash, BOOTSTRAP_USES, BOOTSTRAP_VALID_FOR_S],
  );
}

/** Forgets tokens that can enrol nobody any more; returns how many. */
export function forgetSpentTokens(sql: Sql): Promise<number> {
  return sql.execute('DELETE FROM enrolment_token WHERE expires_at < now() OR uses_left = 0');
}

function readToken(token: string): { id: string; secretHash: Buffer } {
  const match = TOKEN.exec(token);
  if (match === null) throw unknownToken();
  const [, id, secret] = match;
  return { id, secretHash: hashSecret(secret) };
}

// A fast hash will do: the secret is 256 random bits, not something that a person chose.
function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}

function unknownToken(): DomainError {
  return new DomainError(
    'unauthenticated',
    'The enrolment token is not known here. Make a new one and enrol with that.',
  );
}

function unusable(why: string): DomainError {
  return new DomainError('unauthenticated', `The enrolment token is ${why}. Make a new one and enrol with that.`);
}
