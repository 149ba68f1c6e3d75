import { type AgentSite, AgentSites } from '@icmp-mon/agents/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Injectable } from '@nestjs/common';

/** Reads sites from the inventory of agents. */
@Injectable()
export class StoredAgentSites extends AgentSites {
  constructor(private readonly control: ControlDatabase) {
    super();
  }

  override async ofAgents(ids: readonly string[]): Promise<Map<string, AgentSite>> {
    const rows = await this.control.query<AgentSite & { id: string }>(
      `SELECT id::text AS id, name, coalesce(tags->>'site', name) AS site, state = 'banned' AS "isBanned"
       FROM agent WHERE id = ANY ($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map(({ id, ...agent }) => [id, agent]));
  }
}
