import type { HealthRow, HealthState } from '@icmp-mon/operations/contract';
import { counted } from '@icmp-mon/platform/health';

/** What an agent reports of its probing; older agents report only a part of it. */
export interface ProbingReport {
  /** State and sentence of its worst executor; null while all work. */
  executor_state: string | null;
  executor_detail: string | null;
  unmeasured_per_s: number | null;
  late_ms: number | null;
}

/** With these an agent has no results, or none that could say that a target is down. */
const BLIND_STATES = ['missing', 'not_permitted', 'unsupported_version', 'deaf'];
/** Probing that is so late is no busy moment any more. */
const LATE_MS = 1_000;

/** Columns of `agent_health` for `ProbingReport`. */
export const PROBING_SQL = `(telemetry->>'unmeasuredPerS')::float8 AS unmeasured_per_s, (telemetry->>'lateMs')::float8 AS late_ms,
  broken.state AS executor_state, broken.detail AS executor_detail`;
export const PROBING_JOIN_SQL = `LEFT JOIN LATERAL (
    SELECT executor->>'state' AS state, executor->>'detail' AS detail
    FROM jsonb_array_elements(telemetry->'executors') executor
    WHERE executor->>'state' NOT IN ('ok', 'idle')
    ORDER BY executor->>'state' IN (${BLIND_STATES.map((state) => `'${state}'`).join(', ')}) DESC LIMIT 1
  ) broken ON true`;

export function probingState(report: ProbingReport | undefined): HealthState {
  const { executor_state: state = null, unmeasured_per_s: unmeasured = null, late_ms: lateMs = null } = report ?? {};
  if (state !== null) return BLIND_STATES.includes(state) ? 'bad' : 'attention';
  return (unmeasured ?? 0) > 0 || (lateMs ?? 0) >= LATE_MS ? 'attention' : 'ok';
}

/** What is wrong with the probing of these agents, and what to do; null when it is not that. */
export function probingComplaint(rows: readonly HealthRow[]): [string, string] | null {
  const of = `of ${counted(rows.length, 'agent')}`;
  const broken = rows.filter(({ values }) => values['executor'] != null);
  const [first] = broken;
  if (first !== undefined) {
    return [
      `${broken.length} ${of} cannot probe as it should`,
      `${first.values['agent']}: ${first.values['executorDetail']}`,
    ];
  }
  const late = rows.filter(
    ({ values }) => Number(values['unmeasured'] ?? 0) > 0 || Number(values['lateS'] ?? 0) * 1_000 >= LATE_MS,
  );
  if (late.length === 0) return null;
  return [
    `${late.length} ${of} cannot keep up with probing`,
    'What an agent could not measure has no data. Give its machine more CPU, its policy more packets, or the agent fewer targets.',
  ];
}
