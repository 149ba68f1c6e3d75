import type { TargetPlacement } from './placement';

/** An agent that is selected for a target, with its present name, region and provider; null if it is no longer stored. */
export interface AssignedAgent {
  id: string;
  name: string | null;
  region: string | null;
  provider: string | null;
}

/** Response of `GET /api/v1/targets/{id}/assignment`: the selected agents at a time. */
export interface TargetAssignment {
  targetId: string;
  ip: string;
  vrf: string;
  /** The time, ISO 8601. A decision of the last seconds before it may still be missing, because it commits after its time. */
  at: string;
  /** Time of the decision, ISO 8601; null if agents were not selected yet. */
  since: string | null;
  /** Nothing is known about earlier times, ISO 8601. What is `since` this time may have begun earlier. */
  knownSince: string;
  paused: boolean;
  agents: AssignedAgent[];
  /** Null: placed as its tier asks. */
  placement: TargetPlacement | null;
}
