export { adoptShard } from './adopt-shard';
export type { CheckpointPart } from './checkpoint-codec';
export { inTransaction } from './in-transaction';
export { LEASE_TTL_MS } from './ownership';
export { holdCommits } from './commit-fence';
export { type AgentEntry, ShardDirectory, type PairEntry, type PolicyEntry, type TargetEntry } from './directory';
export { ShardFold } from './fold';
export { BOOT_AHEAD_S_MAX, BOOT_SILENT_MS } from './lane-sequences';
export { notMeasured } from './not-measured';
export { SHARD_IS_HELD } from './lease-sql';
export {
  NO_PAIR,
  type PendingWrite,
  type RecordPlace,
  type ResultBatch,
  type ShardClock,
  type ShardParticipant,
} from './participant';
export { OwnedShard } from './owned-shard';
export { shardPositions, type ShardPosition } from './positions';
export { ReceiptTimes } from './receipt-times';
export { PostgresCommit } from './postgres-commit';
export { PostgresShardStore } from './postgres-shard-store';
export { ShardHost, WriterLost } from './shard-host';
export type {
  CommittedAheadRow,
  Backend,
  Claim,
  CommitConnection,
  CommitTransaction,
  PositionRow,
  ShardRowLock,
  ShardStore,
  StoredShard,
  TakenShard,
  Taking,
} from './shard-store';
export { EpochLost, writeCommits } from './write-commits';
export type { EngineTime } from './engine-time';
export type { HostLogger } from './shard-committer';
export type { WriterTransaction } from './writer';
export { IntMap } from './int-map';
export { SHARDS_PART } from './shards-health';
export { ShardParticipants } from './modules/shard-participants';
