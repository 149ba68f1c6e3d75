import type { Scope } from '@icmp-mon/identity/contract';
import type { BulkChange, BulkCounts, BulkKind, BulkState, ExpandRequest } from './bulk';
import type { ImportOrder } from './import';

/**
 * Stream of a bulk job: `bulkjob-<id>`. It is the audit record and is not relayed; the events of the job's targets name the job as their
 * cause.
 */
export const BULK_JOB_STREAM = 'bulkjob';

/** The user who requested it is in the metadata. Members that do not belong to the kind are null. */
export interface BulkJobRequested {
  type: 'BulkJobRequested';
  data: {
    jobId: string;
    kind: BulkKind;
    filter: string | null;
    /** Ids, if the targets were not selected by a filter. */
    targets: string[] | null;
    change: BulkChange | null;
    expand: Omit<ExpandRequest, 'dryRun'> | null;
    /** Absent in events of older releases. */
    import?: ImportOrder | null;
    total: number;
    /** Filter of the only targets that the job touches; absent without a limit. */
    scope?: Scope;
  };
}

export interface BulkJobEnded {
  type: 'BulkJobEnded';
  data: BulkCounts & {
    jobId: string;
    state: Exclude<BulkState, 'queued' | 'running'>;
    /** Why it failed; null otherwise. */
    error: string | null;
  };
}

export type BulkJobEvent = BulkJobRequested | BulkJobEnded;
