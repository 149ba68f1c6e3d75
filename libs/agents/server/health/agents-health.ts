import { AGENT_HEALTH_GROUP, AGENT_TELEMETRY_TOPIC } from '@icmp-mon/agents/contract';
import { type HealthRow, type HealthState, worstOf } from '@icmp-mon/operations/contract';
import {
  counted,
  grade,
  type HealthFacts,
  maxOf,
  ofRows,
  type PartReading,
  type PluggedPart,
  spanText,
} from '@icmp-mon/platform/health';
import { PROBING_JOIN_SQL, PROBING_SQL, probingComplaint, type ProbingReport, probingState } from './agent-probing';

const AGENTS_MAX = 1_000;
/** Shares of the spool's cap, where the agent reports it: a spool that is nearly full loses results soon. */
const SPOOL_FULL = { attention: 0.5, bad: 0.9 };

/** Copies renew their certificates twice a day: one that still runs is noticed again within this. */
const CLONE_SHOWN_H = 24;
const CLONE_ADVICE =
  'A state folder was copied, or an older state of it restored. Evict the agent on its page, and let the right machine join ' +
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

/** The vantage points' spools: what was measured and is not here yet. */
export const AGENTS_PART: PluggedPart = {
  id: 'agents',
  title: 'Agents',
  runbook: 'runbooks/health.md#agents',
  after: 'publishers',
  isVital: true,
  labels: ['agent'],
  columns: [
    { key: 'agent', title: 'Agent', unit: 'text' },
    { key: 'silentS', title: 'Last heard', unit: 'seconds' },
    { key: 'spoolBlocks', title: 'Spooled blocks', unit: 'count' },
    { key: 'spoolBytes', title: 'Spool', unit: 'bytes' },
    {
      key: 'spoolOldestS',
      title: 'Oldest',
      unit: 'seconds',
      metric: {
        name: 'icmpmon_agent_spool_age_seconds',
        help: "Age of the oldest block in an agent's spool, as last heard.",
      },
    },
    {
      key: 'dropped',
      title: 'Dropped results',
      unit: 'count',
      metric: {
        name: 'icmpmon_agent_results_dropped',
        help: 'Results that an agent dropped since its start: its spool was full.',
      },
    },
    {
      key: 'unmeasured',
      title: 'Not measured, per minute',
      unit: 'count',
      metric: {
        name: 'icmpmon_agent_unmeasured_per_minute',
        help: 'Probes of an agent that were due and have no result, per minute.',
      },
    },
    { key: 'lateS', title: 'Probing late', unit: 'seconds' },
    { key: 'executor', title: 'Executor', unit: 'text' },
    { key: 'version', title: 'Version', unit: 'text' },
  ],
  async read(look): Promise<PartReading> {
    // Those that were put out are silent because somebody wanted that.
    const agents = await look.control.query<AgentRow>(
      `SELECT id, name, coalesce(clone_suspected_at > now() - interval '${CLONE_SHOWN_H} hours', false) AS cloned
       FROM agent WHERE state IN ('active', 'draining') ORDER BY name LIMIT ${AGENTS_MAX}`,
    );
    if (agents.length === 0) {
      const advice = 'Let one join: the page Agents shows the command.';
      return { state: 'attention', summary: 'No agent takes part: nothing is measured', advice, rows: [] };
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
    const reading = ofRows(rows, `${counted(agents.length, 'agent')} heard, spools drain`, () => complaint(rows, look));
    if (reading.state === 'ok' && cloned.length > 0) {
      const summary = `Two processes use the key of ${cloned.join(', ')}`;
      return { state: 'attention', summary, advice: CLONE_ADVICE, rows };
    }
    const blind = rows.some((row) => silenceOf(row, look) !== 'ok') ? await whyDeaf(look) : null;
    if (blind !== null) return { state: 'unknown', ...blind, rows };
    // One lost vantage point leaves the product at work; without any it is blind.
    if (reading.state === 'bad' && rows.some(({ state }) => state !== 'bad')) reading.state = 'attention';
    return reading;
  },
};

/** What keeps agents' reports from being read, so that their silence tells nothing; null while they are read. */
async function whyDeaf(look: HealthFacts): Promise<{ summary: string; advice: string } | null> {
  const shown = 'What is shown is what was read last.';
  if (!(await look.isRunning('projector'))) {
    const summary = "Not known: no projector reads agents' reports";
    return { summary, advice: `Start a projector: see Processes. ${shown}` };
  }
  const unread = await unreadReports(look);
  if (unread === null) return { summary: 'Not known: Kafka does not answer', advice: `See Services. ${shown}` };
  if (unread === 0) return null;
  const summary = `Not known: ${counted(unread, 'report')} of agents were not read yet`;
  return { summary, advice: `A projector reads them: see Processes and Consumers. ${shown}` };
}

/**
 * Reports that lie in Kafka in partitions that nobody has read from for as long as an agent may be silent: an agent may well be
 * heard of whom nothing was read. What came just now is read in a moment and does not count. Null when Kafka does not say.
 */
async function unreadReports({ kafka, telemetry, messaging, thresholds }: HealthFacts): Promise<number | null> {
  const ends = (await kafka.boundsOrNull())?.get(AGENT_TELEMETRY_TOPIC);
  if (ends === undefined) return null;
  const standing = await telemetry.query<{ partition: number; next_offset: number }>(
    `SELECT partition, next_offset FROM consumer_offset
     WHERE group_id = $1 AND topic = $2 AND updated_at < now() - $3 * interval '1 second'`,
    [AGENT_HEALTH_GROUP, messaging.topic(AGENT_TELEMETRY_TOPIC), thresholds.agentSilentS.bad],
  );
  return standing.reduce((sum, { partition, next_offset }) => {
    const { low, high } = ends.get(partition) ?? { low: 0, high: 0 };
    return sum + Math.max(0, high - Math.max(next_offset, low));
  }, 0);
}

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
      executor: report?.executor_state?.replaceAll('_', ' ') ?? null,
      executorDetail: report?.executor_detail ?? null,
      version: report?.version ?? null,
    },
  };
}

function complaint(rows: HealthRow[], look: HealthFacts): [string, string] {
  const of = `of ${counted(rows.length, 'agent')}`;
  const silent = rows.filter((row) => silenceOf(row, look) === 'bad').length;
  const hesitant = rows.filter((row) => silenceOf(row, look) === 'attention');
  const seeAgent =
    'See that it runs and reaches the gateway. Its results wait in its spool; its targets become unknown.';
  if (silent > 0) return [`${silent} ${of} not heard`, seeAgent];
  const probing = probingComplaint(rows);
  if (probing !== null) return probing;
  const dropping = rows.filter(({ values }) => Number(values['dropped']) > 0).length;
  if (dropping > 0) {
    return [
      `${dropping} ${of} dropped results: the spool was full`,
      'What was dropped is lost and counted. Look at its way to the gateway, or give its spool more room.',
    ];
  }
  if (hesitant.length > 0) {
    const longestS = maxOf(hesitant.map(({ values }) => Number(values['silentS']))) ?? 0;
    return [`${hesitant.length} ${of} not heard for ${spanText(longestS)}`, seeAgent];
  }
  const late = rows.filter((row) => row.state !== 'ok');
  const oldestS = maxOf(late.map(({ values }) => Number(values['spoolOldestS'] ?? 0))) ?? 0;
  return [
    `${late.length} ${of} ship late, the oldest block waits for ${spanText(oldestS)}`,
    'See the way to the gateway, and whether the gateway defers uploads (icmpmon_gateway_uploads_deferred_total).',
  ];
}
