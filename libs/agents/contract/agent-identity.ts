import type { TagRules } from '@icmp-mon/platform/text';

/** Description that an agent reports of itself. */
export interface AgentDescription {
  name: string;
  region: string;
  provider: string;
  tags: Record<string, string>;
}

/** Request body of `POST /v1/enrol` on the enrolment listener. */
export interface EnrolRequest extends AgentDescription {
  token: string;
  csrPem: string;
  agentVersion: string;
}

/** Response of `POST /v1/enrol` and of `POST /v1/rejoin`. */
export interface EnrolResponse {
  agentId: string;
  certificatePem: string;
  caPem: string;
  /** Base URL of the agents' listener. */
  gatewayUrl: string;
  shardCount: number;
}

/**
 * Response of `POST /v1/certificate` on the agents' listener, whose request is a CSR. An agent renews at half of the certificate's
 * lifetime.
 */
export interface RenewResponse {
  certificatePem: string;
}

/** Response of `POST /v1/rejoin/challenge` on the enrolment listener: a nonce, to be signed once, within one minute. */
export interface RejoinChallenge {
  nonce: string;
}

/**
 * Request body of `POST /v1/rejoin`: an agent whose certificate is no longer valid rejoins with the key that its row is bound to.
 * Exactly one of `agentId` and `name` is set; an agent that never received the response to its enrolment knows only its name.
 */
export interface RejoinRequest {
  agentId?: string;
  name?: string;
  nonce: string;
  /** CSR for the bound key. */
  csrPem: string;
  /** Last certificate, expired or not, if the agent has one. */
  certificatePem?: string;
  /** Signature over `rejoinText(nonce, csrSha256)` by the bound key: ECDSA with SHA-256, DER, base64. */
  signature: string;
}

/**
 * Returns the text that the bound key signs. `csrSha256` is the hex SHA-256 of `csrPem`, so that the signature is valid for this CSR only.
 */
export function rejoinText(nonce: string, csrSha256: string): string {
  return `icmp-mon rejoin\n${nonce}\n${csrSha256}`;
}

/**
 * Response of `POST /v1/description` on the agents' listener, whose request is an `AgentDescription`: the description in force. Provider
 * and tags are applied, except values that an operator set; name and region change only by an enrolment or an operator.
 */
export type DescriptionResponse = AgentDescription;

/** Pattern of agents' names. Without a flag, so that the API's description can contain it. */
export const AGENT_NAME = /^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$/;
export const AGENT_NAME_LENGTH_MAX = 63;
export const AGENT_NAME_RULE = `consists of letters, digits, dots and hyphens, at most ${AGENT_NAME_LENGTH_MAX}, starting and ending with a letter or digit`;

export function isAgentName(name: string): boolean {
  return AGENT_NAME.test(name);
}

/** Returns a valid agent name made from a host name: `pop_fra_1` becomes `pop-fra-1`. Empty if no character is valid in a name. */
export function agentNameOf(hostName: string): string {
  const fit = hostName.replaceAll(/[^a-z0-9.-]/gi, '-').replace(/^[.-]+/, '');
  return fit.slice(0, AGENT_NAME_LENGTH_MAX).replace(/[.-]+$/, '');
}

/** Longest region or provider. */
export const AGENT_PLACE_LENGTH_MAX = 64;

export const AGENT_TAGS: TagRules = {
  key: /^[\w.:/-]{1,64}$/,
  keyWords: 'letters, digits and "_.:/-" (at most 64)',
  tagsMax: 32,
  valueLengthMin: 0,
  valueLengthMax: 200,
};
