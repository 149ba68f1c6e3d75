import { type HealthRow, type HealthState, worstOf } from '@icmp-mon/operations/contract';
import { isUncountedReason, type UncountedReason, UNCOUNTED_TEXTS } from '@icmp-mon/probing/contract';
import { counted, type HealthFacts, ofRows, type PartReading, type PluggedPart } from '@icmp-mon/platform/health';

const MINUTES = 5;
/**
 * Number of minutes with such results from which on they are a problem: for a moment they are normal after a changed assignment or a lost
 * response.
 */
const LASTING_MINUTES = 3;
const BRIEF_REASONS: readonly UncountedReason[] = ['repeated', 'not_assigned', 'late'];
/** A process without a report for this long counts as ended. */
const ENDED_AFTER_S = 30;
const SHARED = 'Several processes share the identity';

interface CountRow {
  agent_id: string;
  reason: string;
  results: number;
  minutes: number;
  last_s: number;
}

interface ProcessRow {
  agent_id: string;
  started_at: Date;
  place: string;
}

/**
 * Health part of results that were answered with 200 but not counted as the agent sent them, and of identities that several processes
 * share.
 */
export const UNCOUNTED_PART: PluggedPart = {
  id: 'uncounted',
  title: 'Results not counted',
  runbook: 'runbooks/health.md#results-not-counted',
  after: 'assignment',
  isVital: false,
  labels: ['agent', 'reason'],
  columns: [
    { key: 'agent', title: 'Agent', unit: 'text' },
    { key: 'what', title: 'Handling', unit: 'text' },
    {
      key: 'results',
      title: `Results in ${MINUTES} min`,
      unit: 'count',
      metric: {
        name: 'icmpmon_agent_results_uncounted',
        help: `Results of the last ${MINUTES} minutes that were not counted as their agent sent them, by reason.`,
      },
    },
    { key: 'lastS', title: 'Last', unit: 'seconds' },
  ],
  async readPart(look): Promise<PartReading> {
    const [counts, processes] = await Promise.all([readCounts(look), readShared(look)]);
    const names = await readNames(
      look,
      [...counts, ...processes].map(({ agent_id: id }) => id),
    );
    const shared = new Map<string, ProcessRow[]>();
    for (const row of processes) shared.set(row.agent_id, [...(shared.get(row.agent_id) ?? []), row]);
    const rows = counts.map((row) => countRow(row, names.get(row.agent_id) ?? row.agent_id));
    for (const [id, of] of shared) rows.push(sharedRow(of, names.get(id) ?? id));
    return ofRows(rows, 'All results are counted as measured', () => complaint(rows));
  },
};

function readCounts({ telemetry }: HealthFacts): Promise<CountRow[]> {
  return telemetry.query<CountRow>(
    `SELECT agent_id, reason, sum(results)::float8 AS results, count(DISTINCT minute)::integer AS minutes,
       extract(epoch FROM now() - max(last_at))::float8 AS last_s
     FROM agent_uncounted WHERE minute > now() - interval '${MINUTES} minutes'
     GROUP BY agent_id, reason ORDER BY sum(results) DESC LIMIT 1000`,
  );
}

/**
 * Reads the processes of one identity that report at the same time. A restarted process is not one of them: it reports after its
 * predecessor's last report.
 */
function readShared({ telemetry }: HealthFacts): Promise<ProcessRow[]> {
  return telemetry.query<ProcessRow>(
    `WITH present AS (SELECT * FROM agent_process WHERE last_seen_at > now() - interval '${ENDED_AFTER_S} seconds')
     SELECT agent_id, started_at, concat_ws(' at ', host, peer) AS place FROM present p
     WHERE EXISTS (SELECT 1 FROM present o WHERE o.agent_id = p.agent_id AND o.started_at <> p.started_at
                     AND o.last_seen_at > p.first_seen_at AND p.last_seen_at > o.first_seen_at)
     ORDER BY agent_id, started_at LIMIT 1000`,
  );
}

async function readNames({ control }: HealthFacts, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const rows = await control.query<{ id: string; name: string }>(
    'SELECT id, name FROM agent WHERE id = ANY($1::uuid[])',
    [ids],
  );
  return new Map(rows.map(({ id, name }) => [id, name]));
}

function countRow({ reason, results, minutes, last_s: lastS }: CountRow, agent: string): HealthRow {
  const isBrief = BRIEF_REASONS.some((brief) => brief === reason) && minutes < LASTING_MINUTES;
  const state: HealthState = isBrief ? 'ok' : 'attention';
  const what = isUncountedReason(reason) ? UNCOUNTED_TEXTS[reason] : reason;
  return { state, values: { agent, reason, what, results, lastS: Math.max(0, lastS) } };
}

function sharedRow(processes: readonly ProcessRow[], agent: string): HealthRow {
  const places = processes.map(({ place }) => place || 'unknown');
  const starts = processes.map(({ started_at: at }) => timeText(at));
  const what = `${SHARED}: ${places.join(' and ')}`;
  return { state: 'bad', values: { agent, reason: 'shared', what, since: starts.join(', ') } };
}

const timeText = (at: Date): string => `${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`;

function complaint(rows: readonly HealthRow[]): [string, string] {
  const [shared] = rows.filter(({ state }) => state === 'bad');
  if (shared !== undefined) {
    return [
      `Agent ${shared.values['agent']}: ${shared.values['what']}, started ${shared.values['since']}`,
      'A state directory or a machine was copied: results of the process started last are counted, those of the others are dropped. ' +
        'Stop the copy, empty its state directory, and enrol it under its own name.',
    ];
  }
  const worse = rows.filter(({ state }) => state === worstOf(rows.map((row) => row.state)));
  const agents = new Set(worse.map(({ values }) => values['agent'])).size;
  const results = worse.reduce((sum, { values }) => sum + Number(values['results'] ?? 0), 0);
  return [
    `${counted(results, 'result')} of ${counted(agents, 'agent')} in ${MINUTES} min: ${worse[0]?.values['what']}`,
    "Each reason has its own remedy: see the runbook. The agent's page shows the last 24 hours.",
  ];
}
