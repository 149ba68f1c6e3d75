import { createHash, randomBytes } from 'node:crypto';
import type { PasswordLink, PasswordLinkPurpose } from '@icmp-mon/identity/contract';
import type { Sql } from '@icmp-mon/platform/database';

const HOUR_MS = 3_600_000;
/** How long a link is valid. */
const VALID_HOURS: Readonly<Record<PasswordLinkPurpose, number>> = { invitation: 72, reset: 24 };

/** The token has 256 random bits, so a plain hash of it cannot be reversed. */
export const hashOfLink = (token: string): Buffer => createHash('sha256').update(token).digest();

/** Returns a new link. The token is in the fragment, which browsers send to no server and write to no log. */
export function newPasswordLink(purpose: PasswordLinkPurpose, nowMs: number): PasswordLink {
  const token = `iml_${randomBytes(32).toString('base64url')}`;
  const expiresAt = new Date(nowMs + VALID_HOURS[purpose] * HOUR_MS).toISOString();
  return { path: `/set-password#${token}`, token, expiresAt };
}

/** Stores the link of a user, in place of an earlier one. */
export async function storePasswordLink(sql: Sql, userId: string, { token, expiresAt }: PasswordLink): Promise<void> {
  await sql.execute(
    `INSERT INTO password_link (user_id, hash, expires_at) VALUES ($1, $2, $3)
     ON CONFLICT (user_id) DO UPDATE SET hash = excluded.hash, expires_at = excluded.expires_at`,
    [userId, hashOfLink(token), expiresAt],
  );
}

/** Deletes links that expired before a time. Returns how many; there is at most one per user. */
export const forgetPasswordLinks = (sql: Sql, before: Date): Promise<number> =>
  sql.execute('DELETE FROM password_link WHERE expires_at < $1', [before]);
