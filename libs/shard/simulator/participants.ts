import { UncountedParticipant } from '@icmp-mon/agents/server';
import { AgentNumbers, type LiveBus, SeriesParticipant } from '@icmp-mon/probing/server';
import type { ShardDirectory, ShardParticipant } from '@icmp-mon/shard/engine';
import { StatusParticipant, ValidationParticipant } from '@icmp-mon/status/server';
import type { SimulatedRows, SimulatedTables } from './simulated-tables';

/** Fragment rows per second: a low rate, so that most rows wait. */
const ROWS_PER_S = 0.5;
/** Some targets are watched: their results are committed ahead of the others. */
const live: LiveBus = { watchedKeys: () => new Set([9, 11, 17, 18]), publishMessage: () => undefined };

/** Creates the participants of the product, composed like in a projector. */
export function participantsOf(
  shard: number,
  directory: () => ShardDirectory,
  tables: SimulatedTables,
  agentNumbers: AgentNumbers,
  nowMs: () => number,
): ShardParticipant<SimulatedRows>[] {
  return [
    new StatusParticipant(shard, directory, tables.status),
    new SeriesParticipant(shard, directory, {
      ...{ tables: tables.seriesTables, agentNumbers, liveBus: live, nowMs, fragmentRowsPerS: ROWS_PER_S },
    }),
    new ValidationParticipant(shard, directory, tables.validation.tables),
    new UncountedParticipant(shard, tables.uncounted, nowMs),
  ];
}
