import { createHash, verify } from 'node:crypto';
import { AGENT_CERTIFICATE_LIFE_MS, type AgentState, type RejoinRequest, rejoinText } from '@icmp-mon/agents/contract';
import type { Sql } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { type FormerCertificate, publicKeyOf } from './agent-keys';
import { CLOCK_DIFFERENCE_MS_MAX } from './rejoin-challenge';

/** Minimum time between two rejoins of one agent: each costs a signature and a write. */
export const RETURN_EVERY_MS = 10_000;

/** An agent with the key and the certificates that its row is bound to. */
export interface BoundAgent {
  id: string;
  state: AgentState;
  keySha256: string | null;
  certificateSha256: string;
  previousSha256: string | null;
  notAfter: Date;
}

const COLUMNS = `id, state, key_sha256 AS "keySha256", certificate_sha256 AS "certificateSha256",
  previous_certificate_sha256 AS "previousSha256", certificate_not_after AS "notAfter"`;

/** Reads the agent that a rejoin request names, by id or name. */
export async function agentToReturn(sql: Sql, { agentId, name }: RejoinRequest): Promise<BoundAgent | undefined> {
  const [where, value] = agentId === undefined ? [`name = $1 AND state <> 'retired'`, name] : ['id = $1', agentId];
  const [row] = await sql.query<BoundAgent>(`SELECT ${COLUMNS} FROM agent WHERE ${where}`, [value]);
  return row;
}

/**
 * Returns whether the certificate was issued less than 10 s ago. One with an issue time in the future was issued while the clock was ahead;
 * it does not count as young.
 */
export function isYoung({ notAfter }: BoundAgent, nowMs: number): boolean {
  const issuedAgoMs = nowMs - (notAfter.getTime() - AGENT_CERTIFICATE_LIFE_MS);
  return issuedAgoMs < RETURN_EVERY_MS && issuedAgoMs > -CLOCK_DIFFERENCE_MS_MAX;
}

/** Verifies the signature over the nonce with the CSR's key. Returns the key's hash. @throws DomainError `unauthenticated` */
export async function requireSignature({ csrPem, nonce, signature }: RejoinRequest): Promise<string> {
  const key = await publicKeyOf(csrPem);
  const text = rejoinText(nonce, createHash('sha256').update(csrPem).digest('hex'));
  const given = Buffer.from(signature, 'base64');
  if (verify('sha256', Buffer.from(text), { key: key.publicKey, dsaEncoding: 'der' }, given)) return key.sha256;
  throw new DomainError('unauthenticated', "The signature over the challenge was not made with the CSR's key.");
}

/**
 * Returns whether the key belongs to the agent. A row of an earlier release has no key; there the last certificate decides: it must be the
 * row's own one or a younger one, as after a backup was restored.
 */
export function isBound(agent: BoundAgent, keySha256: string, former: FormerCertificate | null): boolean {
  if (agent.keySha256 !== null) return agent.keySha256 === keySha256;
  if (former === null || former.agentId !== agent.id || former.keySha256 !== keySha256) return false;
  return (
    former.sha256 === agent.certificateSha256 ||
    former.sha256 === agent.previousSha256 ||
    former.notAfterMs > agent.notAfter.getTime()
  );
}

/** Returns whether the agent was issued a younger certificate than the one that it shows. */
export function isSuperseded(agent: BoundAgent, former: FormerCertificate | null): boolean {
  if (former === null) return true;
  return former.sha256 !== agent.certificateSha256 && former.notAfterMs <= agent.notAfter.getTime();
}
