import type { EventMetadata } from '@icmp-mon/platform/event-store';
import type { BulkJobRow } from './bulk-job-rows';

/** Returns the metadata of the events that a job causes: the actor and correlation of its request; the job is the cause. */
export const jobMetadata = ({ id, requested_by, correlation_id }: BulkJobRow): EventMetadata => ({
  actor: requested_by,
  causationId: id,
  correlationId: correlation_id,
});
