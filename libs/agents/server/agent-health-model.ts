import type { Sql } from '@icmp-mon/platform/database';
import { type ReadModel, type TopicPositions, topicReplay, type TopicSource } from '@icmp-mon/platform/rebuild';
import { AgentHealthProjection } from './agent-health.projection';

/** The latest report of each agent, from the topic of their reports. */
export function agentHealthModel({
  database,
  messaging,
}: Pick<TopicSource, 'database' | 'messaging'>): ReadModel<TopicPositions> {
  const projection = new AgentHealthProjection();
  return {
    name: 'agent_health',
    source: 'the agents’ reports that Kafka keeps',
    tables: [
      { name: 'agent_health', key: ['agent_id'], columns: ['agent_id', 'received_at', 'telemetry'] },
      // The projection also writes figures over time, which live longer than the topic.
      { name: 'agent_metric', key: ['agent_id', 'at'], columns: ['agent_id', 'at'], scratch: true },
      // Which processes report now, the live projection knows.
      {
        ...{ name: 'agent_process', key: ['agent_id', 'started_at'], scratch: true },
        columns: ['agent_id', 'started_at'],
      },
    ],
    ...topicReplay({
      ...{ database, messaging, group: AgentHealthProjection.group, topics: AgentHealthProjection.topics },
      handle: (sql, messages) => projection.handle(sql, messages),
    }),
    settle: keepSilentAgents,
  };
}

/** An agent whose last report is older than all that the topic keeps stands as it does. */
async function keepSilentAgents(sql: Sql, live: string, beside: string): Promise<string[]> {
  const kept = await sql.execute(
    `INSERT INTO ${beside}.agent_health SELECT l.* FROM ${live}.agent_health l
     WHERE NOT EXISTS (SELECT 1 FROM ${beside}.agent_health b WHERE b.agent_id = l.agent_id)
       AND l.received_at < coalesce((SELECT min(m.at) FROM ${beside}.agent_metric m), 'infinity')`,
  );
  return kept > 0 ? [`${kept} agents kept as they were: their last report is older than those that Kafka keeps`] : [];
}
