import type { Sql } from '@icmp-mon/platform/database';
import { type ReadModel, type TopicOffsets, topicReplay, type TopicSource } from '@icmp-mon/platform/rebuild';
import { AgentHealthProjection } from './agent-health.projection';

/** Read model with the latest report of each agent, derived from the topic of their reports. */
export function agentHealthModel({
  database,
  messaging,
}: Pick<TopicSource, 'database' | 'messaging'>): ReadModel<TopicOffsets> {
  const projection = new AgentHealthProjection();
  return {
    name: 'agent_health',
    source: 'the agents’ reports retained in Kafka',
    tables: [
      { name: 'agent_health', key: ['agent_id'], columns: ['agent_id', 'received_at', 'telemetry'] },
      // The projection also writes the metrics over time, which are kept longer than the topic.
      { name: 'agent_metric', key: ['agent_id', 'at'], columns: ['agent_id', 'at'], scratch: true },
      // Scratch too: only the live projection has the processes that report now.
      {
        ...{ name: 'agent_process', key: ['agent_id', 'started_at'], scratch: true },
        columns: ['agent_id', 'started_at'],
      },
    ],
    ...topicReplay({
      ...{ database, messaging, group: AgentHealthProjection.group, topics: AgentHealthProjection.topics },
      handle: (sql, messages) => projection.handle(sql, messages),
    }),
    settleHeld: keepSilentAgents,
  };
}

/** Copies the live row of each agent whose last report is older than everything the topic retains. */
async function keepSilentAgents(sql: Sql, live: string, beside: string): Promise<string[]> {
  const kept = await sql.execute(
    `INSERT INTO ${beside}.agent_health SELECT l.* FROM ${live}.agent_health l
     WHERE NOT EXISTS (SELECT 1 FROM ${beside}.agent_health b WHERE b.agent_id = l.agent_id)
       AND l.received_at < coalesce((SELECT min(m.at) FROM ${beside}.agent_metric m), 'infinity')`,
  );
  return kept > 0 ? [`${kept} agents copied unchanged: their last report is older than those retained in Kafka`] : [];
}
