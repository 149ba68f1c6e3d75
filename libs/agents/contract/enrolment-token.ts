/** Stream of a token: `enrolmenttoken-<id>`, kept for the audit and not relayed. */
export const ENROLMENT_TOKEN_STREAM = 'enrolmenttoken';

/** Who made and revoked a token is in the events' metadata; a use is `tokenId` of `AgentEnrolled`. */
export type EnrolmentTokenEvent =
  | {
      type: 'EnrolmentTokenMade';
      data: { tokenId: string; region: string | null; agentName: string | null; uses: number; expiresAt: string };
    }
  | { type: 'EnrolmentTokenRevoked'; data: { tokenId: string } };

/** `POST /api/v1/enrolment-tokens`. */
export interface CreateEnrolmentTokenRequest {
  /** Only agents of this region may use it. */
  region?: string;
  /** Only the agent of this name may use it, also a machine that takes the place of the agent that has the name. */
  agentName?: string;
  /** 1 unless set, at most 1,000; a token that names an agent has one. */
  uses?: number;
  /** 3600 unless set, at most 86400. */
  validForS?: number;
}

export interface EnrolmentTokenCreated {
  id: string;
  /** Shown once. */
  token: string;
  expiresAt: string;
  uses: number;
  agentName: string | null;
  region: string | null;
  caSha256: string;
  enrolUrl: string;
}

export type EnrolmentTokenState = 'usable' | 'spent' | 'expired' | 'revoked';

/** A token as `GET /api/v1/enrolment-tokens` lists it, until a day after its end at most. The secret is never shown again. */
export interface EnrolmentTokenView {
  id: string;
  state: EnrolmentTokenState;
  /** Null for one of an earlier release. */
  createdBy: string | null;
  createdAt: string;
  region: string | null;
  agentName: string | null;
  uses: number;
  usesLeft: number;
  expiresAt: string;
  lastUsedAt: string | null;
}
