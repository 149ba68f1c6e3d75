import { readTraceReport, TRACE_REPORT_LIMITS, type TraceReport } from '@icmp-mon/paths/contract';
import { DomainError } from '@icmp-mon/platform/errors';
import { isUuid } from '@icmp-mon/probing/contract';

/** A report as it was sent: nothing but the id was checked. */
export interface SentReport {
  id: string;
  /** 0 if the cause is a command. */
  targetKey: number;
  /** Empty without one. */
  commandId: string;
  value: Record<string, unknown>;
}

/** Targets that the agent may report about. */
export interface ReportableTargets {
  byKey: ReadonlyMap<number, { id: string; ip: string }>;
  byCommand: ReadonlyMap<string, { id: string; ip: string }>;
}

export type RefusalReason = 'invalid' | 'not_assigned' | 'other_address';

/** A report, or why it will never be accepted; `detail` states what to do. */
export type CheckedReport =
  { ok: true; report: TraceReport } | { ok: false; id: string; reason: RefusalReason; detail: string };

const U32_MAX = 0xffff_ffff;

/** Reads the body of a request. @throws DomainError `invalid` if it is not a list of reports with ids */
export function readSentReports(body: unknown): SentReport[] {
  const sent: unknown = (body as { reports?: unknown } | null | undefined)?.reports;
  const { reports: max } = TRACE_REPORT_LIMITS;
  if (!Array.isArray(sent) || sent.length > max) {
    const detail = `must be a list of at most ${max} traces`;
    throw new DomainError('invalid', `reports ${detail}.`, [{ pointer: '#/reports', detail }]);
  }
  return (sent as unknown[]).map((value, at) => {
    const fields = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
    const { id, targetKey, commandId } = fields;
    if (typeof id !== 'string' || !isUuid(id)) {
      const detail = 'must be the UUID of the trace';
      throw new DomainError('invalid', 'A trace has no id.', [{ pointer: `#/reports/${at}/id`, detail }]);
    }
    const isKey = typeof targetKey === 'number' && Number.isInteger(targetKey) && targetKey > 0 && targetKey <= U32_MAX;
    const isCommand = typeof commandId === 'string' && isUuid(commandId);
    return { id, targetKey: isKey ? targetKey : 0, commandId: isCommand ? commandId : '', value: fields };
  });
}

/** Checks a report: its form, and whether the agent may report about its target, whose address must be that of the trace. */
export function checkReport(
  { id, targetKey, commandId, value }: SentReport,
  targets: ReportableTargets,
): CheckedReport {
  const { byKey, byCommand } = targets;
  const target = value['cause'] === 'command' ? byCommand.get(commandId) : byKey.get(targetKey);
  const refused = (reason: RefusalReason, detail: string): CheckedReport => ({ ok: false, id, reason, detail });
  // The form is checked first, with any target, so that a wrong one is not called a missing assignment.
  const report = readTraceReport({ ...value, targetId: target?.id ?? id });
  if (typeof report === 'string') return refused('invalid', report);
  if (target === undefined) {
    const detail =
      report.cause === 'command'
        ? 'commandId is not a command mtr of this agent'
        : 'targetKey is not a target that is or was assigned to this agent';
    return refused('not_assigned', detail);
  }
  if (report.trace.target === target.ip) return { ok: true, report };
  return refused('other_address', 'trace.target is not the address of the target');
}
