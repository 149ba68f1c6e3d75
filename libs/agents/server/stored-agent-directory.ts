import { AgentDirectory, type ServiceAgent } from '@icmp-mon/agents/contract';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';
import { connectionOf } from './agent-view';

const AGENTS_MAX = 1_000;

interface SeenRow {
  agentId: string;
  receivedAt: Date;
  /** The database's time of the read. */
  readAt: Date;
}

/** Reads the agents in service with the time of their last stored report. */
@Injectable()
export class StoredAgentDirectory extends AgentDirectory {
  constructor(
    private readonly control: ControlDatabase,
    private readonly telemetry: TelemetryDatabase,
  ) {
    super();
  }

  override async inService(): Promise<ServiceAgent[]> {
    const agents = await this.control.query<Omit<ServiceAgent, 'connection' | 'lastSeenAt'>>(
      `SELECT id::text AS id, name, region, provider FROM agent WHERE state IN ('active', 'draining')
       ORDER BY name, id LIMIT ${AGENTS_MAX}`,
    );
    const seen = await this.telemetry.query<SeenRow>(
      `SELECT agent_id::text AS "agentId", received_at AS "receivedAt", now() AS "readAt" FROM agent_health
       WHERE agent_id = ANY ($1::uuid[])`,
      [agents.map(({ id }) => id)],
    );
    const byAgent = new Map(seen.map((row) => [row.agentId, row]));
    return agents.map((agent) => {
      const row = byAgent.get(agent.id);
      const connection = connectionOf(row, row?.readAt.getTime() ?? 0);
      return { ...agent, connection, lastSeenAt: row?.receivedAt.toISOString() ?? null };
    });
  }
}
