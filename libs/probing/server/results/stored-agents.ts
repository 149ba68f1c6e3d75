import type { SeriesSamples } from '@icmp-mon/probing/wire';
import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

export interface StoredAgent {
  agentId: string;
  agentName: string;
}

/** Agents by their numbers in stored series. A number permanently belongs to one agent, so it is loaded once. */
@Injectable()
export class StoredAgents {
  private readonly known = new Map<number, StoredAgent>();

  constructor(private readonly database: TelemetryDatabase) {}

  /** Loads the agents of unknown numbers, so that `agentOf` can return them. */
  async loadAgents(numbers: Iterable<number>): Promise<void> {
    const unknown = [...new Set(numbers)].filter((number) => !this.known.has(number));
    if (unknown.length === 0) return;
    const rows = await this.database.query<{ agent_no: number; agent_id: string; name: string }>(
      'SELECT agent_no, agent_id, name FROM agent_no WHERE agent_no = ANY ($1::smallint[])',
      [unknown],
    );
    for (const row of rows) this.known.set(row.agent_no, { agentId: row.agent_id, agentName: row.name });
  }

  /** Whether `agentOf` can return all agents without loading. */
  knowsAllOf({ agentNo, count }: Pick<SeriesSamples, 'agentNo' | 'count'>): boolean {
    for (let row = 0; row < count; row++) if (!this.known.has(agentNo[row])) return false;
    return true;
  }

  /** @throws RangeError for an unknown number: series and agents are then not from the same database */
  agentOf(agentNo: number): StoredAgent {
    const agent = this.known.get(agentNo);
    if (agent === undefined) throw new RangeError(`No agent has the number ${agentNo}.`);
    return agent;
  }
}
