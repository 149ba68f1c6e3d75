/** What an agent says about itself. */
export interface AgentDescription {
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
}

/** Body of `POST /v1/enrol` on the enrolment listener. */
export interface EnrolRequest extends AgentDescription {
  token: string;
  csrPem: string;
  agentVersion: string;
}

/** Answer of `POST /v1/enrol` and of `POST /v1/rejoin`. */
export interface EnrolResponse {
  agentId: string;
  certificatePem: string;
  caPem: string;
  /** Base address of the agents' listener. */
  gatewayUrl: string;
  shardCount: number;
}

/** Answer of `POST /v1/certificate` on the agents' listener, which takes a CSR: renewal at half life. */
export interface RenewResponse {
  certificatePem: string;
}

/** Answer of `POST /v1/rejoin/challenge` on the enrolment listener: a nonce to sign within a minute, once. */
export interface RejoinChallenge {
  nonce: string;
}

/**
 * Body of `POST /v1/rejoin`: an agent whose certificate is not valid any more returns by the key that its row is bound to.
 * One of `agentId` and `name`; an agent that never received the answer of its enrolment knows its name only.
 */
export interface RejoinRequest {
  agentId?: string;
  name?: string;
  nonce: string;
  /** For the bound key. */
  csrPem: string;
  /** The last certificate, expired or not, if there is one. */
  certificatePem?: string;
  /** Of `rejoinText(nonce, csrSha256)` by the bound key: ECDSA with SHA-256, DER, base64. */
  signature: string;
}

/** What the bound key signs; `csrSha256` is the hex SHA-256 of `csrPem`, so that nobody puts another request in its place. */
export function rejoinText(nonce: string, csrSha256: string): string {
  return `icmp-mon rejoin\n${nonce}\n${csrSha256}`;
}

/**
 * `POST /v1/description` on the agents' listener takes an `AgentDescription` and answers with the one in force: provider and
 * tags are taken over, name and region change by an enrolment only.
 */
export type DescriptionResponse = AgentDescription;

const NAME = /^[a-z0-9]([a-z0-9.-]{0,61}[a-z0-9])?$/i;
export const AGENT_NAME_LENGTH_MAX = 63;
export const AGENT_NAME_RULE = `is letters, digits, dots and hyphens, at most ${AGENT_NAME_LENGTH_MAX}, a letter or digit first and last`;

export function isAgentName(name: string): boolean {
  return NAME.test(name);
}

/** A host name made fit to be an agent's name: `pop_fra_1` becomes `pop-fra-1`. Empty if nothing of it can stay. */
export function agentNameOf(hostName: string): string {
  const fit = hostName.replaceAll(/[^a-z0-9.-]/gi, '-').replace(/^[.-]+/, '');
  return fit.slice(0, AGENT_NAME_LENGTH_MAX).replace(/[.-]+$/, '');
}
