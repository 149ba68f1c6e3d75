import { type HealthRow, worstOf } from '@icmp-mon/operations/contract';
import { counted, ofRows, spanText } from './figures';
import type { Look, PartReader, PartReading } from './health-reading';
import { grade } from './thresholds';

const AGENTS_MAX = 1_000;
/** Where agents' reports go, and the group that keeps the latest of each. */
const REPORTS_TOPIC = 'internal.agent-telemetry';
const REPORTS_GROUP = 'agent-health';
/** Shares of the spool's cap, where the agent reports it: a spool that is nearly full loses results soon. */
const SPOOL_FULL = { attention: 0.5, bad: 0.9 };

interface ReportRow {
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
export const AGENTS_PART: PartReader = {
  id: 'agents',
  title: 'Agents',
  runbook: 'runbooks/health.md#agents',
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
    { key: 'version', title: 'Version', unit: 'text' },
  ],
  async read(look): Promise<PartReading> {
    const agents = await look.control.query<{ id: string; name: string }>(
      `SELECT id, name FROM agent ORDER BY name LIMIT ${AGENTS_MAX}`,
    );
    if (agents.length === 0) {
      const advice = 'Let one join: the page Agents shows the command.';
      return { state: 'attention', summary: 'No agent has joined: nothing is measured', advice, rows: [] };
    }
    const reports = await look.telemetry.query<ReportRow>(
      `SELECT agent_id, extract(epoch FROM now() - received_at)::float8 AS silent_s, telemetry->>'agentVersion' AS version,
         (telemetry->>'spoolBlocks')::float8 AS spool_blocks, (telemetry->>'spoolBytes')::float8 AS spool_bytes,
         (telemetry->>'spoolBytesMax')::float8 AS spool_bytes_max,
         (telemetry->>'spoolOldestS')::float8 AS spool_oldest_s, (telemetry->>'droppedResults')::float8 AS dropped
       FROM agent_health WHERE agent_id = ANY($1::uuid[])`,
      [agents.map(({ id }) => id)],
    );
    const byAgent = new Map(reports.map((report) => [report.agent_id, report]));
    const rows = agents.map(({ id, name }) => rowOf(name, byAgent.get(id), look));
    const silent = rows.filter((row) => isSilent(row, look)).length;
    const reading = ofRows(rows, `${counted(agents.length, 'agent')} heard, spools drain`, () =>
      complaint(rows, silent),
    );
    const unread = silent === 0 ? 0 : await unreadReports(look);
    if (unread > 0) {
      const summary = `Not known: ${counted(unread, 'report')} of agents were not read yet`;
      const advice = 'A projector reads them: see Processes and Consumers. What is shown is what was read last.';
      return { state: 'unknown', summary, advice, rows };
    }
    // One lost vantage point leaves the product at work; without any it is blind.
    if (reading.state === 'bad' && silent < agents.length) reading.state = 'attention';
    return reading;
  },
};

/** Reports that lie in Kafka: an agent may well be heard of whom nothing was read. 0 when Kafka does not say. */
async function unreadReports({ kafka, telemetry, messaging }: Look): Promise<number> {
  const ends = (await kafka.boundsOrNull())?.get(REPORTS_TOPIC);
  const read = await telemetry.query<{ partition: number; next_offset: number }>(
    'SELECT partition, next_offset FROM consumer_offset WHERE group_id = $1 AND topic = $2',
    [REPORTS_GROUP, messaging.topic(REPORTS_TOPIC)],
  );
  return read.reduce(
    (sum, { partition, next_offset }) => sum + Math.max(0, (ends?.get(partition)?.high ?? 0) - next_offset),
    0,
  );
}

const isSilent = (row: HealthRow, { thresholds }: Look): boolean =>
  row.values['silentS'] === null || Number(row.values['silentS']) >= thresholds.agentSilentS.bad;

function rowOf(agent: string, report: ReportRow | undefined, { thresholds }: Look): HealthRow {
  const { spool_bytes: spoolBytes = null, spool_bytes_max: spoolBytesMax = null } = report ?? {};
  const filled = spoolBytes === null || spoolBytesMax === null ? null : spoolBytes / spoolBytesMax;
  const state = worstOf([
    grade(report?.silent_s ?? Infinity, thresholds.agentSilentS),
    grade(report?.spool_oldest_s ?? null, thresholds.spoolS),
    grade(filled, SPOOL_FULL),
    (report?.dropped ?? 0) > 0 ? 'attention' : 'ok',
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
      version: report?.version ?? null,
    },
  };
}

function complaint(rows: HealthRow[], silent: number): [string, string] {
  const of = `of ${counted(rows.length, 'agent')}`;
  if (silent > 0) {
    const advice =
      'See that it runs and reaches the gateway. Its results wait in its spool; its targets become unknown.';
    return [`${silent} ${of} not heard`, advice];
  }
  const dropping = rows.filter(({ values }) => Number(values['dropped']) > 0).length;
  if (dropping > 0) {
    return [
      `${dropping} ${of} dropped results: the spool was full`,
      'What was dropped is lost and counted. Look at its way to the gateway, or give its spool more room.',
    ];
  }
  const late = rows.filter((row) => row.state !== 'ok');
  const oldestS = Math.max(...late.map(({ values }) => Number(values['spoolOldestS'] ?? 0)));
  return [
    `${late.length} ${of} ship late, the oldest block waits for ${spanText(oldestS)}`,
    'See the way to the gateway, and whether the gateway defers uploads (icmpmon_gateway_uploads_deferred_total).',
  ];
}
