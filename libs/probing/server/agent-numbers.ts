import type { Sql } from '@icmp-mon/platform/database';

interface KnownAgent {
  agentId: string;
  name: string;
  index: number;
}

/** The table that stores agents' numbers. */
export interface AgentNumberTable {
  /** Returns the numbers of these agents by id, and assigns numbers to agents that have none. */
  numbersOf(agents: readonly { agentId: string; name: string }[]): Promise<Map<string, number>>;
}

/** Numbers by which stored series name agents. The telemetry database assigns each once and never reuses it. */
export class AgentNumbers {
  private readonly numbers = new Map<string, number>();

  constructor(private readonly table: AgentNumberTable) {}

  /** Loads, or assigns, the numbers of agents that are not known yet. */
  async assignNumbers(agents: readonly KnownAgent[]): Promise<void> {
    const unknown = agents.filter(({ agentId }) => !this.numbers.has(agentId));
    if (unknown.length === 0) return;
    for (const [agentId, number] of await this.table.numbersOf(unknown)) this.numbers.set(agentId, number);
  }

  /** Returns the numbers by a shard's agent index; null while one of them is not known. */
  numbersOf(agents: readonly KnownAgent[]): Uint16Array | null {
    const numbers = new Uint16Array(agents.reduce((size, { index }) => Math.max(size, index + 1), 0));
    for (const { agentId, index } of agents) {
      const number = this.numbers.get(agentId);
      if (number === undefined) return null;
      numbers[index] = number;
    }
    return numbers;
  }
}

export function postgresAgentNumbers(sql: Sql): AgentNumberTable {
  return {
    async numbersOf(agents) {
      const ids = agents.map(({ agentId }) => agentId);
      await sql.execute(
        `INSERT INTO agent_no (agent_id, name)
         SELECT * FROM unnest($1::uuid[], $2::text[]) AS a(agent_id, name)
         WHERE NOT EXISTS (SELECT FROM agent_no known WHERE known.agent_id = a.agent_id)
         ON CONFLICT (agent_id) DO NOTHING`,
        [ids, agents.map(({ name }) => name)],
      );
      const rows = await sql.query<{ agent_id: string; agent_no: number }>(
        'SELECT agent_id, agent_no FROM agent_no WHERE agent_id = ANY($1::uuid[])',
        [ids],
      );
      return new Map(rows.map(({ agent_id, agent_no }) => [agent_id, agent_no]));
    },
  };
}
