import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { NoReadModels } from '@icmp-mon/platform/rebuild';
import { ShardParticipants } from '@icmp-mon/shard/engine';
import { Module } from '@nestjs/common';
import { AgentNumbers, postgresAgentNumbers } from '../agent-numbers';
import { forgetFolded } from '../close-fragments';
import type { LiveBus } from '../live-publisher';
import { postgresSeriesTables } from '../postgres-series-tables';
import { SeriesParticipant } from '../series-participant';

/** Live bus of an adoption, during which no target is watched. */
const NO_VIEWERS: LiveBus = { watchedKeys: () => new Set(), publishMessage: () => undefined };

@Module({})
export class ProbingCliModule {
  constructor(telemetry: TelemetryDatabase, none: NoReadModels, participants: ShardParticipants) {
    none.plug({
      tables: 'probe_recent, probe_series',
      reason: 'written by the shards from their logs, which are kept for 7 days',
    });
    none.plug({
      tables: 'pair_hour',
      reason: 'made of probe_series by the housekeeping task rollups; deleted after 8 days',
    });
    const agentNumbers = new AgentNumbers(postgresAgentNumbers(telemetry));
    participants.plug({
      name: 'series',
      prepareAdoption: async (shard, newLog) => {
        if (newLog) await forgetFolded(telemetry, shard);
      },
      create: (shard, directory) =>
        new SeriesParticipant(shard, directory, { tables: postgresSeriesTables, agentNumbers, liveBus: NO_VIEWERS }),
    });
  }
}
