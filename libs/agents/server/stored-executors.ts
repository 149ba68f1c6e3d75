import { ReportedExecutors } from '@icmp-mon/agents/contract';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

/** Reads executors from the stored reports of the agents in service. */
@Injectable()
export class StoredExecutors extends ReportedExecutors {
  constructor(
    private readonly control: ControlDatabase,
    private readonly telemetry: TelemetryDatabase,
  ) {
    super();
  }

  override async executorTypes(): Promise<string[]> {
    const agents = await this.control.query<{ id: string }>(
      "SELECT id FROM agent WHERE state IN ('active', 'draining')",
    );
    const rows = await this.telemetry.query<{ type: string }>(
      `SELECT DISTINCT executor->>'type' AS type FROM agent_health, jsonb_array_elements(telemetry->'executors') AS executor
       WHERE agent_id = ANY ($1::uuid[]) AND executor->>'type' IS NOT NULL ORDER BY 1`,
      [agents.map(({ id }) => id)],
    );
    return rows.map(({ type }) => type);
  }
}
