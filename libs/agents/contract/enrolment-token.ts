/** Stream category of enrolment tokens: `enrolmenttoken-<id>`, kept for the audit log and not relayed. */
export const ENROLMENT_TOKEN_STREAM = 'enrolmenttoken';

/** Events of a token. The events' metadata name the user that created or revoked it; a use is `tokenId` of `AgentEnrolled`. */
export type EnrolmentTokenEvent =
  | {
      type: 'EnrolmentTokenMade';
      data: { tokenId: string; region: string | null; agentName: string | null; uses: number; expiresAt: string };
    }
  | { type: 'EnrolmentTokenRevoked'; data: { tokenId: string } };

/** Request body of `POST /api/v1/enrolment-tokens`. */
export interface CreateEnrolmentTokenRequest {
  /** If set, only agents of this region may use the token. */
  region?: string;
  /** If set, only the agent of this name may use the token, including a machine that replaces the existing agent of that name. */
  agentName?: string;
  /** Number of uses: 1 unless set, at most 1,000. A token that names an agent has exactly one. */
  uses?: number;
  /** Validity in seconds: 3600 unless set, at most 86400. */
  validForS?: number;
}

export interface EnrolmentTokenCreated {
  id: string;
  /** Returned only in this response. */
  token: string;
  expiresAt: string;
  uses: number;
  agentName: string | null;
  region: string | null;
  caSha256: string;
  enrolUrl: string;
}

export type EnrolmentTokenState = 'usable' | 'spent' | 'expired' | 'revoked';

/** A token as `GET /api/v1/enrolment-tokens` lists it, until at most one day after it became unusable. Never contains the secret. */
export interface EnrolmentTokenView {
  id: string;
  state: EnrolmentTokenState;
  /** Null for a token of an earlier release. */
  createdBy: string | null;
  createdAt: string;
  region: string | null;
  agentName: string | null;
  uses: number;
  usesLeft: number;
  expiresAt: string;
  lastUsedAt: string | null;
}
