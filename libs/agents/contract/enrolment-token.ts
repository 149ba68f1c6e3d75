/** Stream category of enrolment tokens: `enrolmenttoken-<id>`, kept for the audit log and not relayed. */
export const ENROLMENT_TOKEN_STREAM = 'enrolmenttoken';

/** Events of a token. The events' metadata name the user that created or revoked it; a use is `tokenId` of `AgentEnrolled`. */
export type EnrolmentTokenEvent =
  | {
      type: 'EnrolmentTokenMade';
      data: TokenBounds & { tokenId: string; uses: number; expiresAt: string };
    }
  | { type: 'EnrolmentTokenRevoked'; data: { tokenId: string } };

/** Properties of agents that a token fixes; null: not fixed. Members except the first two are missing from earlier releases. */
export interface TokenBounds {
  region: string | null;
  agentName: string | null;
  provider?: string | null;
  /** The agent gets these tags; it is refused if its settings give one of them another value. */
  tags?: Record<string, string>;
  /** Maximum packets per second that may be assigned to the agent. */
  capacityPps?: number | null;
}

/** Request body of `POST /api/v1/enrolment-tokens`. */
export interface CreateEnrolmentTokenRequest {
  /** If set, only agents of this region may use the token. */
  region?: string;
  /** If set, only the agent of this name may use the token, including a machine that replaces the existing agent of that name. */
  agentName?: string;
  /** If set, only agents of this provider may use the token. */
  provider?: string;
  /** Tags that the agent gets; an agent whose settings give one of them another value is refused. */
  tags?: Record<string, string>;
  /** Capacity of the agent in packets per second; unless set, only its policy file limits it. */
  capacityPps?: number;
  /** Number of uses: 1 unless set, at most 1,000. A token that names an agent has exactly one. */
  uses?: number;
  /** Validity in seconds: 3600 unless set, at most 86400. */
  validForS?: number;
}

export interface EnrolmentTokenCreated extends Required<TokenBounds> {
  id: string;
  /** Returned only in this response. */
  token: string;
  expiresAt: string;
  uses: number;
  caSha256: string;
  enrolUrl: string;
}

export type EnrolmentTokenState = 'usable' | 'spent' | 'expired' | 'revoked';

/** A token as `GET /api/v1/enrolment-tokens` lists it, until at most one day after it became unusable. Never contains the secret. */
export interface EnrolmentTokenView extends Required<TokenBounds> {
  id: string;
  state: EnrolmentTokenState;
  /** Null for a token of an earlier release. */
  createdBy: string | null;
  createdAt: string;
  uses: number;
  usesLeft: number;
  expiresAt: string;
  lastUsedAt: string | null;
}
