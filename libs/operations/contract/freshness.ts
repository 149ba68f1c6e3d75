import type { HealthState } from './health';

/**
 * The `freshness` event of `GET /api/v1/status/stream`, every 2 s: how old what pages show is, and whether the product is well. A
 * page that gets none has to count on by its own clock.
 */
export interface Freshness {
  /** Time of the installation's clock, ISO 8601; all times on pages refer to it. Absent from servers of an earlier release. */
  at?: string;
  /** Age of the statuses that people read: of the oldest shard, and of changes on their way to the list. Null while nothing is judged. */
  statusesAgeMs: number | null;
  /** Age of the results that are stored, of the oldest shard. */
  resultsAgeMs: number | null;
  /** What holds them up, as the end of a sentence; null while they are as new as they should be. */
  late: string | null;
  /** What else a page should mention: a service that does not answer, a process or all agents not heard. */
  notice: string | null;
  health: { state: HealthState; headline: string };
}
