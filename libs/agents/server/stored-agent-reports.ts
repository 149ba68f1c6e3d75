import {
  AGENT_TELEMETRY_TOPIC,
  type AgentReport,
  AgentReports,
  anchorEvidence,
  type AnchorReport,
  executorTrouble,
  type ExecutorHealth,
} from '@icmp-mon/agents/contract';
import type { TelemetryDatabase } from '@icmp-mon/platform/database';
import { DependencyUnavailable } from '@icmp-mon/platform/errors';
import type { Messaging } from '@icmp-mon/platform/messaging';
import { AgentHealthProjection } from './agent-health.projection';

interface Row {
  agentId: string;
  receivedAtMs: number;
  executors: ExecutorHealth[];
  version: string | null;
  anchors: AnchorReport[] | null;
}

/** Reads the reports that the projector has stored, and how many reports of the topic it has not read. */
export class StoredAgentReports extends AgentReports {
  constructor(
    private readonly telemetry: TelemetryDatabase,
    private readonly messaging: Pick<Messaging, 'topicBounds' | 'topic'>,
  ) {
    super();
  }

  override async latestReports(): Promise<AgentReport[]> {
    const rows = await this.telemetry.query<Row>(
      `SELECT agent_id::text AS "agentId", floor(extract(epoch FROM received_at) * 1000)::float8 AS "receivedAtMs",
         telemetry->'executors' AS executors, telemetry->>'agentVersion' AS version, telemetry->'anchors' AS anchors
       FROM agent_health`,
    );
    return rows.map(({ agentId, receivedAtMs, executors, version, anchors }) => ({
      ...{ agentId, receivedAtMs },
      ...(version !== null && { version }),
      ...(anchors !== null && { anchors: anchorEvidence(anchors) }),
      trouble: executorTrouble(executors),
    }));
  }

  override async unread(forMs: number): Promise<number | null> {
    try {
      const ends = (await this.messaging.topicBounds([AGENT_TELEMETRY_TOPIC])).get(AGENT_TELEMETRY_TOPIC);
      const committedOffsets = await this.telemetry.query<{ partition: number; next_offset: number }>(
        `SELECT partition, next_offset FROM consumer_offset
         WHERE group_id = $1 AND topic = $2 AND updated_at < now() - $3 * interval '1 millisecond'`,
        [AgentHealthProjection.group, this.messaging.topic(AGENT_TELEMETRY_TOPIC), forMs],
      );
      return committedOffsets.reduce((sum, { partition, next_offset }) => {
        const { low, high } = ends?.get(partition) ?? { low: 0, high: 0 };
        return sum + Math.max(0, high - Math.max(next_offset, low));
      }, 0);
    } catch (error) {
      if (error instanceof DependencyUnavailable) return null;
      throw error;
    }
  }
}
