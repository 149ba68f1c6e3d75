import { AgentReports, type AgentState, type AgentView, isAdmitted } from '@icmp-mon/agents/contract';
import { keptByCost, ShortCache } from '@icmp-mon/platform/batching';
import { settlesWithin } from '@icmp-mon/platform/concurrency';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { Injectable } from '@nestjs/common';
import { readSharedIdentities } from './agent-processes';
import { AGENT_COLUMNS, agentView, connectionOf, HEALTH_COLUMNS, type AgentRow, type HealthRow } from './agent-view';
import { readUncounted } from './uncounted/read-uncounted';

/** Maximum number of listed agents; an installation has some hundreds at most. */
const AGENTS_MAX = 1_000;
const UNCOUNTED_MINUTES = 24 * 60;
/** Less than the 15 s after which an agent is `late`: an agent must not become late because its reports are not consumed. */
const UNREAD_MS = 10_000;
const UNREAD_KEPT_MS = 2_000;
/** Timeout of the question to Kafka. */
const UNREAD_ANSWER_MS = 1_000;

/** Reads agents with their last reports. */
@Injectable()
export class ListedAgents {
  private readonly unread = new ShortCache<number | null>({
    entriesMax: 1,
    keptMs: keptByCost(UNREAD_KEPT_MS),
    keepsFailures: true,
  });

  constructor(
    private readonly control: ControlDatabase,
    private readonly telemetry: TelemetryDatabase,
    private readonly reports: AgentReports,
  ) {}

  /** Lists agents by name, at most 1,000: those in a state, or all except retired ones. */
  async listAgents(state?: AgentState): Promise<AgentView[]> {
    const agents = await this.control.query<AgentRow>(
      `SELECT ${AGENT_COLUMNS} FROM agent WHERE CASE WHEN $1::text IS NULL THEN state <> 'retired' ELSE state = $1 END
       ORDER BY name, state_since LIMIT ${AGENTS_MAX}`,
      [state ?? null],
    );
    return this.views(agents);
  }

  /** @throws DomainError `not_found` */
  async get(id: string): Promise<AgentView> {
    const [agent] = await this.control.query<AgentRow>(`SELECT ${AGENT_COLUMNS} FROM agent WHERE id = $1`, [id]);
    if (agent === undefined)
      throw new DomainError('not_found', `Agent ${id} not found. GET /api/v1/agents lists all agents.`);
    const [view] = await this.views([agent]);
    return view;
  }

  private async askUnread(): Promise<number | null> {
    const asked = this.reports.unread(UNREAD_MS);
    return (await settlesWithin(asked, UNREAD_ANSWER_MS)) ? asked : null;
  }

  private async views(agents: readonly AgentRow[]): Promise<AgentView[]> {
    const ids = agents.map(({ id }) => id);
    const [health, uncounted, shared] = await Promise.all([
      this.telemetry.query<HealthRow>(`SELECT ${HEALTH_COLUMNS} FROM agent_health WHERE agent_id = ANY($1::uuid[])`, [
        ids,
      ]),
      readUncounted(this.telemetry, UNCOUNTED_MINUTES, ids),
      readSharedIdentities(this.telemetry, ids),
    ]);
    const byAgent = new Map(health.map((row) => [row.agentId, row]));
    const seemsSilent = agents.some(({ id, state }) => isAdmitted(state) && !isHeard(byAgent.get(id)));
    const areReportsUnread = seemsSilent && (await this.unread.get('unread', () => this.askUnread())) !== 0;
    return agents.map((agent) =>
      agentView(agent, byAgent.get(agent.id), {
        areReportsUnread,
        uncounted: uncounted.get(agent.id) ?? [],
        sharedBy: shared.get(agent.id) ?? [],
      }),
    );
  }
}

function isHeard(health: HealthRow | undefined): boolean {
  return connectionOf(health, health?.readAt.getTime() ?? 0) === 'connected';
}
