export type { CheckpointPart } from './checkpoint-codec';
export { ShardDirectory, type AgentEntry, type PairEntry, type PolicyEntry, type TargetEntry } from './directory';
export { ShardFold } from './fold';
export type { PendingWrite, RecordPlace, ResultBatch, ShardClock, ShardParticipant } from './participant';
export { OwnedShard, writeCommits, type ShardCommit } from './owned-shard';
export { ShardHost, type ShardHostOptions } from './shard-host';
export { TickProducer } from './tick-producer';
export type { WriterTransaction } from './writer';
