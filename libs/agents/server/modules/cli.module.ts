import { AGENTS_TOPIC } from '@icmp-mon/agents/contract';
import { ControlDatabase, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import { RelayedCategories } from '@icmp-mon/platform/plugins';
import { NoReadModels, ReadModels } from '@icmp-mon/platform/rebuild';
import { ShardParticipants } from '@icmp-mon/shard/engine';
import { Module } from '@nestjs/common';
import { AGENT } from '../agent';
import { anchorsModel } from '../anchors/anchors-model';
import { agentHealthModel } from '../agent-health-model';
import { agentModel } from '../agent-model';
import { UncountedParticipant } from '../uncounted/uncounted-participant';
import { postgresUncountedTables } from '../uncounted/uncounted-tables';

@Module({})
export class AgentsCliModule {
  constructor(
    control: ControlDatabase,
    telemetry: TelemetryDatabase,
    messaging: Messaging,
    relayed: RelayedCategories,
    models: ReadModels,
    none: NoReadModels,
    participants: ShardParticipants,
  ) {
    relayed.plug({ aggregate: AGENT, topic: AGENTS_TOPIC });
    models.plug(
      { database: control, model: agentModel(control) },
      { database: telemetry, model: agentHealthModel({ database: telemetry, messaging }) },
      { database: control, model: anchorsModel(control) },
    );
    none.plug(
      {
        tables: 'enrolment_token',
        reason: 'hashes of secrets are stored only in this table; events contain only their ids',
      },
      { tables: 'agent_drain_job', reason: 'progress of jobs; deleted some time after their end' },
    );
    participants.plug({
      name: 'uncounted',
      create: (shard) => new UncountedParticipant(shard, postgresUncountedTables),
    });
  }
}
