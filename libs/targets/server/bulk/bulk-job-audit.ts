import { type AuditFields, audited, flatFields } from '@icmp-mon/platform/plugins';
import type { BulkJobEvent, BulkJobRequested, BulkKind } from '@icmp-mon/targets/contract';
import { BULK_JOB } from './bulk-job';

type Requested = BulkJobRequested['data'];

const DID: Readonly<Record<BulkKind, string>> = {
  change: 'requested a bulk change',
  remove: 'requested a bulk removal',
  expand: 'requested to register the addresses of a block',
  import: 'requested an import',
};

/** How the audit describes bulk jobs. The events of their targets name the job as their cause. */
export const BULK_JOB_AUDIT = audited<BulkJobEvent>({
  aggregate: BULK_JOB,
  kind: 'bulk-job',
  types: {
    BulkJobRequested: {
      did: ({ kind, total }) => `${DID[kind]} of ${total} ${total === 1 ? 'target' : 'targets'}`,
      fields: requestedFields,
    },
    BulkJobEnded: {
      did: ({ state }) => (state === 'failed' ? 'ended the bulk job, which failed' : `ended the bulk job: ${state}`),
      fields: ({ state, changed, unchanged, skipped, failed, error }, before) => ({
        ...before,
        ...flatFields('state', state),
        ...flatFields('done', { changed, unchanged, skipped, failed }),
        error,
      }),
    },
  },
});

function requestedFields({ kind, filter, targets, change, expand, total, scope, ...rest }: Requested): AuditFields {
  return {
    kind,
    filter,
    ...(targets !== null && { selected: `${targets.length} by id` }),
    ...flatFields('change', change),
    ...flatFields('expand', expand),
    ...flatFields('import', rest.import),
    ...(scope !== undefined && { scope }),
    total: String(total),
  };
}
