import type { HealthState } from './health';

/**
 * The `freshness` event of `GET /api/v1/status/stream`, sent every 2 s: the age of the data that pages show, and the health of the
 * product. A page that receives no event extrapolates the ages by its own clock.
 */
export interface Freshness {
  /** Time of the installation's clock, ISO 8601; all times on pages refer to it. Absent from servers of an earlier release. */
  at?: string;
  /** Age of the shown statuses: of the oldest shard, or of the oldest change not yet in the list. Null while nothing is judged. */
  statusesAgeMs: number | null;
  /** Age of the stored results of the oldest shard. */
  resultsAgeMs: number | null;
  /** Cause of the delay, worded as the end of a sentence; null while statuses and results are fresh. */
  late: string | null;
  /** Another problem that every page shows: a service that does not respond, a process or all agents not reporting. */
  notice: string | null;
  health: { state: HealthState; headline: string };
}
