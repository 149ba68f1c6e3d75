import type { TierPolicyRequest } from '@icmp-mon/tiers/contract';
import type { PlacementReason } from './placement';

/** Request body of `POST /api/v1/tiers/{name}/preview`: the policy to be saved, or the tier to which the targets move when it is removed. */
export type TierPreviewRequest = TierPolicyRequest | { successor: string };

/** Targets that would not be placed as asked. */
export interface UnplacedTargets {
  reason: PlacementReason;
  text: string;
  count: number;
  sample: { id: string; ip: string; vrf: string }[];
}

/** Load of an agent, by all tiers, before and after. */
export interface PreviewedAgent {
  id: string;
  name: string;
  region: string;
  provider: string;
  targetsBefore: number;
  targetsAfter: number;
  ppsBefore: number;
  ppsAfter: number;
  /** Packets per second that it can send; null means no limit. */
  capacityPps: number | null;
}

/** Consequences of a changed or removed tier, before it is saved. */
export interface TierPreview {
  /** Number of targets of the tier that are not paused. */
  targets: number;
  /** Number of targets, of any tier, that would get other agents. */
  moved: number;
  unplaced: UnplacedTargets[];
  agents: PreviewedAgent[];
  /** The same for people, the most important first. */
  sentences: string[];
}
