import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { BackgroundServices, GroupProjections } from '@icmp-mon/platform/plugins';
import { ShardParticipants } from '@icmp-mon/shard/engine';
import { Module } from '@nestjs/common';
import { AgentHealthProjection } from '../agent-health.projection';
import { UncountedNoticeWriter } from '../uncounted/uncounted-notices';
import { UncountedParticipant } from '../uncounted/uncounted-participant';
import { postgresUncountedTables } from '../uncounted/uncounted-tables';

@Module({})
export class AgentsProjectorModule {
  constructor(
    control: ControlDatabase,
    telemetry: TelemetryDatabase,
    projections: GroupProjections,
    participants: ShardParticipants,
    services: BackgroundServices,
  ) {
    const health = new AgentHealthProjection();
    projections.plug({
      group: AgentHealthProjection.group,
      topics: AgentHealthProjection.topics,
      database: telemetry,
      handle: (sql, messages) => health.handle(sql, messages),
      readinessPart: 'agentHealth',
    });
    participants.plug({
      name: 'uncounted',
      create: (shard) => new UncountedParticipant(shard, postgresUncountedTables),
    });
    const notices = new UncountedNoticeWriter(telemetry, control);
    services.plug({
      name: 'uncounted notices',
      stage: 'base',
      start: () => notices.start(),
      stop: () => notices.stop(),
    });
  }
}
