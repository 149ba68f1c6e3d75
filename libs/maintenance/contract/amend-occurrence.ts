import type { SlaClass } from './maintenance-window';

/** Body of `POST /api/v1/maintenance/{id}/occurrences/{date}/amend`. Absent members stay as they are. */
export interface AmendOccurrenceRequest {
  /** ISO 8601. */
  startsAt?: string;
  /** ISO 8601, exclusive; not in the future. */
  endsAt?: string;
  slaClass?: SlaClass;
  reason: string;
}
