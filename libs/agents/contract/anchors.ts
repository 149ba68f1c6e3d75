/** Most anchors of an installation: each agent pings all of them every few seconds. */
export const ANCHORS_MAX = 5;

/** Stream of the anchors: `anchors-installation`. Not relayed: gateways and workers read the table. */
export const ANCHORS_STREAM = 'anchors';
/** Id of the only aggregate of the category. */
export const ANCHORS_ID = 'installation';

/** The anchors of the installation were set; an empty list removes them. */
interface AnchorsSet {
  type: 'AnchorsSet';
  data: { ips: string[] };
}

export type AnchorsEvent = AnchorsSet;

/** Body of `PUT /api/v1/anchors`. */
export interface SetAnchorsRequest {
  /** Addresses in any accepted spelling; stored in canonical form, each once. */
  ips: string[];
}

/** The anchors: addresses outside the inventory by which an agent shows that its own uplink works. */
export interface Anchors {
  ips: string[];
  /** Null until anchors were first set. */
  changedAt: string | null;
  /** 0 until anchors were first set. */
  version: number;
}

/**
 * State of one anchor as an agent sees it. `refused`: its policy file refuses the address; `unmeasured`: it has no result yet, or none that
 * proves anything. Newer agents may report other states.
 */
export const ANCHOR_STATES = ['answers', 'silent', 'refused', 'unmeasured'] as const;
export type AnchorState = (typeof ANCHOR_STATES)[number];

export interface AnchorReport {
  ip: string;
  state: AnchorState;
  /** Of the last reply; missing before the first one. */
  rttUs?: number;
  /** Time of the last reply by the agent's clock; missing before the first one. */
  lastReplyAt?: string;
}

/** `unknown`: no anchors are set, or none of them was measured. */
export type AnchorEvidence = 'answer' | 'silent' | 'unknown';

/** Returns what an agent's anchors show about its uplink: one that answers is enough. */
export function anchorEvidence(anchors: readonly Pick<AnchorReport, 'state'>[] | undefined): AnchorEvidence {
  if (anchors?.some(({ state }) => state === 'answers')) return 'answer';
  return anchors?.some(({ state }) => state === 'silent') ? 'silent' : 'unknown';
}
