import { executorCause, mainUnmeasured, UNMEASURED_REASONS, UNMEASURED_TEXTS } from '@icmp-mon/agents/contract';
import type { HealthRow, HealthState } from '@icmp-mon/operations/contract';
import { counted, nameList } from '@icmp-mon/platform/health';

/** Probing figures from an agent's report; older agents report only some of them. */
export interface ProbingReport {
  /** State and explanation of the agent's worst executor; null while all work. */
  executor_state: string | null;
  executor_detail: string | null;
  unmeasured_per_s: number | null;
  /** Probes without a result in the last minute, by reason; null for older agents. */
  unmeasured: Record<string, number> | null;
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
  telemetry->'unmeasured' AS unmeasured,
  broken.state AS executor_state, broken.detail AS executor_detail,
  jsonb_path_exists(telemetry, '$.anchors[*] ? (@.state == "silent")')
    AND NOT jsonb_path_exists(telemetry, '$.anchors[*] ? (@.state == "answers")') AS anchors_silent`;
export const PROBING_JOIN_SQL = `LEFT JOIN LATERAL (
    SELECT executor->>'state' AS state, executor->>'detail' AS detail
    FROM jsonb_array_elements(telemetry->'executors') executor
    WHERE executor->>'state' NOT IN ('ok', 'idle')
    ORDER BY executor->>'state' IN (${BLIND_STATES.map((state) => `'${state}'`).join(', ')}) DESC LIMIT 1
  ) broken ON true`;

/** Causes of executors in the order in which Health names them: those without any result first. */
const EXECUTOR_CAUSES = [...BLIND_STATES, 'restarting', 'family_unavailable', 'source_missing', 'another'].map(
  (state) => executorCause(state) ?? state,
);
/** Causes other than executors, in the same order, with what to do. */
const PACE_CAUSES = UNMEASURED_REASONS.map((reason) => UNMEASURED_TEXTS[reason]);

export function probingState(report: ProbingReport | undefined): HealthState {
  const state = report?.executor_state ?? null;
  if (state !== null) return BLIND_STATES.includes(state) ? 'bad' : 'attention';
  return probingCause(report) !== null || report?.anchors_silent === true ? 'attention' : 'ok';
}

/** Returns why probes of an agent have no result, as text that does not depend on the agent; null when they have one. */
export function probingCause(report: ProbingReport | undefined): string | null {
  const { executor_state: state = null, unmeasured_per_s: perS = null, late_ms: lateMs = null } = report ?? {};
  if (state !== null) return executorCause(state);
  const reason = mainUnmeasured(report?.unmeasured ?? {}) ?? ((perS ?? 0) > 0 ? 'unknown' : null);
  if (reason !== null) return UNMEASURED_TEXTS[reason].cause;
  return (lateMs ?? 0) >= LATE_MS ? UNMEASURED_TEXTS.too_slow.cause : null;
}

/** Returns the names of the agents of these rows, at most three. */
export const agentNames = (rows: readonly HealthRow[]): string =>
  nameList(rows.map(({ values }) => String(values['agent'])));

/** Returns the probing problems of these agents, each cause once, and the remedy of the first; null when there is none. */
export function probingComplaint(rows: readonly HealthRow[]): [string, string] | null {
  const byCause = Map.groupBy(
    rows.filter(({ values }) => values['cause'] != null),
    ({ values }) => String(values['cause']),
  );
  const cutOff = rows.filter(({ values }) => values['anchors'] === 'silent');
  const of = `of ${counted(rows.length, 'agent')}`;
  const named = (causes: readonly string[]): [string, string, HealthRow][] =>
    causes.flatMap((cause) => {
      const found = byCause.get(cause) ?? [];
      const [first] = found;
      return first === undefined ? [] : [[cause, `${found.length} ${of}: ${cause} (${agentNames(found)})`, first]];
    });
  const executors = named(EXECUTOR_CAUSES).map(([, text, { values }]): [string, string] => [
    text,
    `${values['agent']}: ${values['executorDetail']}`,
  ]);
  const anchors = cutOff.length === 0 ? [] : [anchorComplaint(cutOff, rows.length)];
  const pace = named(PACE_CAUSES.map(({ cause }) => cause)).map(([cause, text]): [string, string] => [
    text,
    PACE_CAUSES.find((each) => each.cause === cause)?.advice ?? '',
  ]);
  const all = [...executors, ...anchors, ...pace];
  const [first] = all;
  return first === undefined ? null : [all.map(([text]) => text).join('; '), first[1]];
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
