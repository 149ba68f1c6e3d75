import type { HealthRow } from '@icmp-mon/operations/contract';
import { counted, type HealthFacts, ofRows, type PartReading, type PluggedPart } from '@icmp-mon/platform/health';

const AGENTS_MAX = 1_000;
/** The watch checks every 2 s; after this long without a check it counts as not running. */
const WATCH_SILENT_S = 60;

/** Condition of an agent below the minimum version. */
const OUTDATED = 'outdated';

interface AgentRow {
  name: string;
  state: string;
  condition: string | null;
  since_s: number | null;
  cause: string | null;
  targets: number;
  outdated: string | null;
  outdated_s: number | null;
}

interface WatchRow {
  holding: string | null;
  holding_s: number | null;
  looked_s: number;
}

/** Health part of the assignment: agents that cannot be relied on, and the targets that wait for them. */
export const ASSIGNMENT_PART: PluggedPart = {
  id: 'assignment',
  title: 'Assignment',
  runbook: 'runbooks/health.md#assignment',
  after: 'agents',
  isVital: false,
  labels: ['agent'],
  columns: [
    { key: 'agent', title: 'Agent', unit: 'text' },
    { key: 'condition', title: 'Condition', unit: 'text' },
    { key: 'cause', title: 'Cause', unit: 'text' },
    { key: 'sinceS', title: 'Duration', unit: 'seconds' },
    {
      key: 'targets',
      title: 'Targets',
      unit: 'count',
      metric: {
        name: 'icmpmon_agent_stranded_targets',
        help: 'Targets of an agent that is lost, cannot probe or is draining.',
      },
    },
  ],
  async readPart(look): Promise<PartReading> {
    const [agents, [watch]] = await Promise.all([readAgents(look), readWatch(look)]);
    const rows = agents.map(rowOf);
    if (watch.looked_s > WATCH_SILENT_S) {
      const summary = 'No worker watches the agents: targets of lost agents are not moved';
      return { state: 'attention', summary, advice: 'Check that a worker runs: see Processes.', rows };
    }
    if (watch.holding !== null) {
      const advice = 'Targets stay assigned until the agents report again. See Agents, Consumers and Services.';
      return { state: 'attention', summary: `Targets are not moved: ${watch.holding}`, advice, rows };
    }
    return ofRows(rows, 'All selected agents are connected', () => complaint(rows));
  },
};

function readAgents({ control }: HealthFacts): Promise<AgentRow[]> {
  return control.query<AgentRow>(
    `SELECT a.name, a.state, d.condition, extract(epoch FROM now() - d.since)::float8 AS since_s, d.cause,
       (SELECT count(*) FROM assignment WHERE agent_id = a.id)::float8 AS targets,
       'version ' || o.version || ', the minimum is ' || o.version_min AS outdated,
       extract(epoch FROM now() - o.since)::float8 AS outdated_s
     FROM assignment_agent a
     LEFT JOIN LATERAL (SELECT condition, since, cause FROM assignment_agent_condition
                        WHERE agent_id = a.id ORDER BY id DESC LIMIT 1) d ON true
     LEFT JOIN assignment_agent_outdated o ON o.agent_id = a.id
     WHERE a.state = 'draining' OR (a.state = 'active'
       AND (d.condition IN ('silent', 'unable', 'unheard', 'returning') OR o.agent_id IS NOT NULL))
     ORDER BY a.name LIMIT ${AGENTS_MAX}`,
  );
}

function readWatch({ control }: HealthFacts): Promise<WatchRow[]> {
  return control.query<WatchRow>(
    `SELECT holding, extract(epoch FROM now() - holding_since)::float8 AS holding_s,
       extract(epoch FROM now() - looked_at)::float8 AS looked_s FROM assignment_watch`,
  );
}

function rowOf({ name, state, condition, since_s: sinceS, cause, targets, outdated, outdated_s }: AgentRow): HealthRow {
  if (state === 'active' && outdated !== null && (condition === 'ok' || condition === null)) {
    const values = { agent: name, condition: OUTDATED, cause: outdated, sinceS: outdated_s, targets };
    return { state: 'attention', values };
  }
  const isBack = condition === 'returning';
  return {
    state: targets > 0 && !isBack ? 'attention' : 'ok',
    values: { agent: name, condition: state === 'draining' ? 'draining' : condition, cause, sinceS, targets },
  };
}

function complaint(rows: readonly HealthRow[]): [string, string] {
  const concerned = rows.filter(({ state }) => state !== 'ok');
  const stranded = concerned.filter(({ values }) => values['condition'] !== OUTDATED);
  if (stranded.length === 0) {
    return [
      `${counted(concerned.length, 'agent')} below the minimum version: new targets prefer other ready agents`,
      'Upgrade them: paste their join command again, or lower ICMPMON_AGENT_VERSION_MIN.',
    ];
  }
  const draining = stranded.filter(({ values }) => values['condition'] === 'draining');
  if (draining.length === stranded.length) {
    return [
      `${counted(draining.length, 'agent')} cannot finish draining: no other agent is ready for their targets`,
      'Add an agent that their tiers select, or cancel the drain.',
    ];
  }
  const targets = stranded.reduce((sum, { values }) => sum + Number(values['targets']), 0);
  return [
    `${counted(targets, 'target')} assigned to ${counted(stranded.length, 'agent')} that cannot be relied on`,
    'They move after the hold-down of their tier if another agent is eligible. See Agents.',
  ];
}
