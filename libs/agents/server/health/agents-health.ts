import { type HealthRow, type HealthState, worstOf } from '@icmp-mon/operations/contract';
import {
  counted,
  grade,
  type HealthFacts,
  maxOf,
  nameList,
  ofRows,
  type PartReading,
  type PluggedPart,
  spanText,
} from '@icmp-mon/platform/health';
import { whyReportsAreUnread } from './unread-reports';
import {
  agentNames,
  PROBING_JOIN_SQL,
  PROBING_SQL,
  probingCause,
  probingComplaint,
  type ProbingReport,
  probingState,
} from './agent-probing';

const AGENTS_MAX = 1_000;
/** Shares of the spool's maximum size, if the agent reports it: an agent with a full spool drops results. */
const SPOOL_FULL = { attention: 0.5, bad: 0.9 };

/**
 * How long a suspected copy is shown, in hours. Each copy renews its certificate every 12 hours, so a copy that still runs is detected again
 * within this time.
 */
const CLONE_SHOWN_H = 24;
const CLONE_ADVICE =
  'A state directory was copied, or an older copy of it was restored. Evict the agent on its page, and enrol the right machine ' +
  'again with a token that names it.';

interface AgentRow {
  id: string;
  name: string;
  cloned: boolean;
}

interface ReportRow extends ProbingReport {
  agent_id: string;
  silent_s: number;
  version: string | null;
  spool_blocks: number | null;
  spool_bytes: number | null;
  spool_bytes_max: number | null;
  spool_oldest_s: number | null;
  dropped: number | null;
}

/** Health part of the agents and their spools, which hold results that have not arrived yet. */
export const AGENTS_PART: PluggedPart = {
  id: 'agents',
  title: 'Agents',
  runbook: 'runbooks/health.md#agents',
  after: 'publishers',
  isVital: true,
  labels: ['agent'],
  columns: [
    { key: 'agent', title: 'Agent', unit: 'text' },
    { key: 'silentS', title: 'Last report', unit: 'seconds' },
    { key: 'spoolBlocks', title: 'Spooled blocks', unit: 'count' },
    { key: 'spoolBytes', title: 'Spool', unit: 'bytes' },
    {
      key: 'spoolOldestS',
      title: 'Oldest',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_agent_spool_age_seconds',
        help: "Age of the oldest block in an agent's spool, from its last report.",
      },
    },
    {
      key: 'dropped',
      title: 'Dropped results',
      unit: 'count',
      metric: {
        name: 'icmpmon_agent_results_dropped',
        help: 'Results that an agent dropped since its start because its spool was full.',
      },
    },
    {
      key: 'unmeasured',
      title: 'Missed probes per minute',
      unit: 'count',
      metric: {
        name: 'icmpmon_agent_unmeasured_per_minute',
        help: 'Probes of an agent per minute that were due but have no result.',
      },
    },
    { key: 'lateS', title: 'Probe delay', unit: 'seconds' },
    { key: 'cause', title: 'Why without result', unit: 'text' },
    { key: 'executor', title: 'Executor', unit: 'text' },
    { key: 'anchors', title: 'Anchors', unit: 'text' },
    { key: 'version', title: 'Version', unit: 'text' },
  ],
  async readPart(look): Promise<PartReading> {
    // Evicted, banned and retired agents are lost on purpose.
    const agents = await look.control.query<AgentRow>(
      `SELECT id, name, coalesce(clone_suspected_at > now() - interval '${CLONE_SHOWN_H} hours', false) AS cloned
       FROM agent WHERE state IN ('active', 'draining') ORDER BY name LIMIT ${AGENTS_MAX}`,
    );
    if (agents.length === 0) {
      const advice = 'Add an agent: the page Agents shows the command.';
      return { state: 'attention', summary: 'No active agent: nothing is measured', advice, rows: [] };
    }
    const reports = await look.telemetry.query<ReportRow>(
      `SELECT agent_id, extract(epoch FROM now() - received_at)::float8 AS silent_s, telemetry->>'agentVersion' AS version,
         (telemetry->>'spoolBlocks')::float8 AS spool_blocks, (telemetry->>'spoolBytes')::float8 AS spool_bytes,
         (telemetry->>'spoolBytesMax')::float8 AS spool_bytes_max,
         (telemetry->>'spoolOldestS')::float8 AS spool_oldest_s, (telemetry->>'droppedResults')::float8 AS dropped,
         ${PROBING_SQL}
       FROM agent_health ${PROBING_JOIN_SQL}
       WHERE agent_id = ANY($1::uuid[])`,
      [agents.map(({ id }) => id)],
    );
    const byAgent = new Map(reports.map((report) => [report.agent_id, report]));
    const rows = agents.map(({ id, name }) => rowOf(name, byAgent.get(id), look));
    const cloned = agents.filter((agent) => agent.cloned).map(({ name }) => name);
    const reading = ofRows(rows, `${counted(agents.length, 'agent')} connected, spools drain`, () =>
      complaint(rows, look),
    );
    if (reading.state === 'ok' && cloned.length > 0) {
      const summary = `Two processes use the key of ${nameList(cloned)}`;
      return { state: 'attention', summary, advice: CLONE_ADVICE, rows };
    }
    const blind = rows.some((row) => silenceOf(row, look) !== 'ok') ? await whyReportsAreUnread(look) : null;
    if (blind !== null) return { state: 'unknown', ...blind, rows };
    // A single lost agent does not stop the product; without any agent it measures nothing.
    if (reading.state === 'bad' && rows.some(({ state }) => state !== 'bad')) reading.state = 'attention';
    return reading;
  },
};

const silenceOf = ({ values: { silentS } }: HealthRow, { thresholds }: HealthFacts): HealthState =>
  grade(silentS == null ? Infinity : Number(silentS), thresholds.agentSilentS);

function rowOf(agent: string, report: ReportRow | undefined, { thresholds }: HealthFacts): HealthRow {
  const { spool_bytes: spoolBytes = null, spool_bytes_max: spoolBytesMax = null } = report ?? {};
  const filled = spoolBytes === null || spoolBytesMax === null ? null : spoolBytes / spoolBytesMax;
  const state = worstOf([
    grade(report?.silent_s ?? Infinity, thresholds.agentSilentS),
    grade(report?.spool_oldest_s ?? null, thresholds.spoolS),
    grade(filled, SPOOL_FULL),
    (report?.dropped ?? 0) > 0 ? 'attention' : 'ok',
    probingState(report),
  ]);
  return {
    state,
    values: {
      agent,
      silentS: report?.silent_s ?? null,
      spoolBlocks: report?.spool_blocks ?? null,
      spoolBytes,
      spoolOldestS: report?.spool_oldest_s ?? null,
      dropped: report?.dropped ?? null,
      unmeasured: report?.unmeasured_per_s == null ? null : Math.ceil(report.unmeasured_per_s * 60),
      lateS: report?.late_ms == null ? null : report.late_ms / 1_000,
      cause: probingCause(report),
      executor: report?.executor_state?.replaceAll('_', ' ') ?? null,
      executorDetail: report?.executor_detail ?? null,
      anchors: report?.anchors_silent === true ? 'silent' : null,
      version: report?.version ?? null,
    },
  };
}

function complaint(rows: HealthRow[], look: HealthFacts): [string, string] {
  const of = `of ${counted(rows.length, 'agent')}`;
  const silent = rows.filter((row) => silenceOf(row, look) === 'bad');
  const hesitant = rows.filter((row) => silenceOf(row, look) === 'attention');
  const seeAgent =
    'Check that the agent runs and reaches the gateway. Its results wait in its spool; the status of its targets becomes unknown.';
  if (silent.length > 0) return [`${silent.length} ${of} lost: ${agentNames(silent)}`, seeAgent];
  const probing = probingComplaint(rows);
  if (probing !== null) return probing;
  const dropping = rows.filter(({ values }) => Number(values['dropped']) > 0);
  if (dropping.length > 0) {
    return [
      `${dropping.length} ${of} dropped results: the spool was full (${agentNames(dropping)})`,
      'Dropped results are lost but counted. Check the connection of the agent to the gateway, or raise its spool limit.',
    ];
  }
  if (hesitant.length > 0) {
    const longestS = maxOf(hesitant.map(({ values }) => Number(values['silentS']))) ?? 0;
    return [`${hesitant.length} ${of} late: ${agentNames(hesitant)}, no report for ${spanText(longestS)}`, seeAgent];
  }
  const late = rows.filter((row) => row.state !== 'ok');
  const oldestS = maxOf(late.map(({ values }) => Number(values['spoolOldestS'] ?? 0))) ?? 0;
  return [
    `${late.length} ${of} with a backlog: ${agentNames(late)}, oldest block ${spanText(oldestS)} old`,
    'Check the connection to the gateway, and whether the gateway defers uploads (icmpmon_gateway_uploads_deferred_total).',
  ];
}
