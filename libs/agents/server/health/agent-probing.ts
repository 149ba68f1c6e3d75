import type { HealthRow, HealthState } from '@icmp-mon/operations/contract';
import { counted, nameList } from '@icmp-mon/platform/health';

/** Probing figures from an agent's report; older agents report only some of them. */
export interface ProbingReport {
  /** State and explanation of the agent's worst executor; null while all work. */
  executor_state: string | null;
  executor_detail: string | null;
  unmeasured_per_s: number | null;
  late_ms: number | null;
  /** Whether none of its anchors answers and at least one is silent; false without anchors. */
  anchors_silent: boolean | null;
}

/** States in which an agent has no results, or none from which a target could be judged down. */
const BLIND_STATES = ['missing', 'not_permitted', 'unsupported_version', 'deaf'];
/** Delay of probes from which the agent is reported as too slow; shorter delays are ordinary load peaks. */
const LATE_MS = 1_000;

/** Columns of `agent_health` for `ProbingReport`. */
export const PROBING_SQL = `(telemetry->>'unmeasuredPerS')::float8 AS unmeasured_per_s, (telemetry->>'lateMs')::float8 AS late_ms,
  broken.state AS executor_state, broken.detail AS executor_detail,
  jsonb_path_exists(telemetry, '$.anchors[*] ? (@.state == "silent")')
    AND NOT jsonb_path_exists(telemetry, '$.anchors[*] ? (@.state == "answers")') AS anchors_silent`;
export const PROBING_JOIN_SQL = `LEFT JOIN LATERAL (
    SELECT executor->>'state' AS state, executor->>'detail' AS detail
    FROM jsonb_array_elements(telemetry->'executors') executor
    WHERE executor->>'state' NOT IN ('ok', 'idle')
    ORDER BY executor->>'state' IN (${BLIND_STATES.map((state) => `'${state}'`).join(', ')}) DESC LIMIT 1
  ) broken ON true`;

export function probingState(report: ProbingReport | undefined): HealthState {
  const { executor_state: state = null, unmeasured_per_s: unmeasured = null, late_ms: lateMs = null } = report ?? {};
  if (state !== null) return BLIND_STATES.includes(state) ? 'bad' : 'attention';
  const isSlow = (unmeasured ?? 0) > 0 || (lateMs ?? 0) >= LATE_MS;
  return isSlow || report?.anchors_silent === true ? 'attention' : 'ok';
}

/** Returns the names of the agents of these rows, at most three. */
export const agentNames = (rows: readonly HealthRow[]): string =>
  nameList(rows.map(({ values }) => String(values['agent'])));

/** Returns the probing problem of these agents and its remedy; null when there is none. */
export function probingComplaint(rows: readonly HealthRow[]): [string, string] | null {
  const of = `of ${counted(rows.length, 'agent')}`;
  const broken = rows.filter(({ values }) => values['executor'] != null);
  const [first] = broken;
  if (first !== undefined) {
    return [
      `${broken.length} ${of} with a failed executor: ${agentNames(broken)}`,
      `${first.values['agent']}: ${first.values['executorDetail']}`,
    ];
  }
  const cutOff = rows.filter(({ values }) => values['anchors'] === 'silent');
  if (cutOff.length > 0) return anchorComplaint(cutOff, rows.length);
  const late = rows.filter(
    ({ values }) => Number(values['unmeasured'] ?? 0) > 0 || Number(values['lateS'] ?? 0) * 1_000 >= LATE_MS,
  );
  if (late.length === 0) return null;
  return [
    `${late.length} ${of} cannot keep the probing rate: ${agentNames(late)}`,
    'Probes that an agent did not send in time have no data. Give its machine more CPU, raise the packet rate of its policy file, or assign it fewer targets.',
  ];
}

/** Silent anchors of every agent are more likely a fault of the anchors than of all uplinks. */
function anchorComplaint(cutOff: readonly HealthRow[], agents: number): [string, string] {
  const of = `of ${counted(agents, 'agent')}`;
  if (cutOff.length === agents && agents > 1) {
    return [
      `No agent reaches an anchor: ${agentNames(cutOff)}`,
      'Check whether the anchors still answer pings, and set others on the page Settings, Anchors. Until then, misses of agents of which at least half of the targets are silent make no target down.',
    ];
  }
  return [
    `${cutOff.length} ${of} reach no anchor: ${agentNames(cutOff)}`,
    'The uplink of such an agent may be out. While at least half of its targets are silent too, its misses make no target down. Check the connection of its machine.',
  ];
}
