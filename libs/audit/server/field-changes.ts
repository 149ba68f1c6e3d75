import type { AuditChange } from '@icmp-mon/audit/contract';
import type { AuditFields } from '@icmp-mon/platform/plugins';

/** Returns what differs, in the order of the fields. */
export function fieldChanges(before: AuditFields, after: AuditFields): AuditChange[] {
  return [...new Set([...Object.keys(before), ...Object.keys(after)])].flatMap((field) => {
    const change = { field, before: before[field] ?? null, after: after[field] ?? null };
    return change.before === change.after ? [] : [change];
  });
}
