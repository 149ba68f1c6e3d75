import type { MigrationClass } from '@icmp-mon/platform/database';
import { PlatformTimescale1790000000000 } from './telemetry/1790000000000-platform-timescale';
import { TelemetryConsumerOffset1790000000100 } from './telemetry/1790000000100-platform-consumer-offset';
import { TelemetryLease1790000000200 } from './telemetry/1790000000200-platform-lease';
import { AgentsHealth1790000001400 } from './telemetry/1790000001400-agents-health';
import { StatusChanges1790000001000 } from './telemetry/1790000001000-status-change';
import { Shards1790000002000 } from './telemetry/1790000002000-platform-shards';
import { ProbingSeries1790000003000 } from './telemetry/1790000003000-probing-series';
import { LiveRecentPosition1790000043000 } from './telemetry/1790000043000-live-recent-position';
import { StatusDeltas1790000044000 } from './telemetry/1790000044000-status-deltas';
import { ProbingRollups1790000040000 } from './telemetry/1790000040000-probing-rollups';
import { ShardAhead1790000045000 } from './telemetry/1790000045000-platform-shard-ahead';
import { StatusTargetVerdict1790000046000 } from './telemetry/1790000046000-status-target-verdict';
import { ProbingMismatch1790000093000 } from './telemetry/1790000093000-probing-mismatch';
import { StatusWhyAgentsAreSilent1790000056000 } from './telemetry/1790000056000-status-why-agents-are-silent';
import { AgentsMetricLosses1790000108000 } from './telemetry/1790000108000-agents-metric-losses';
import { StatusCorrections1790000136000 } from './telemetry/1790000136000-status-corrections';
import { StatusOddAgents1790000140000 } from './telemetry/1790000140000-status-odd-agents';
import { StatusPairChanges1790000130000 } from './telemetry/1790000130000-status-pair-changes';
import { PathsTraces1790000112000 } from './telemetry/1790000112000-paths-traces';
import { ProbingDisbelief1790000122000 } from './telemetry/1790000122000-probing-disbelief';
import { StatusFlapping1790000133000 } from './telemetry/1790000133000-status-flapping';
import { ProbingConfirming1790000123000 } from './telemetry/1790000123000-probing-confirming';
import { Baselines1790000131600 } from './telemetry/1790000131600-baselines';
import { ProbingPairHours1790000131000 } from './telemetry/1790000131000-probing-pair-hours';
import { StatusCheckChangeAt1790000099000 } from './telemetry/1790000099000-status-check-change-at';
import { ProbingDetails1790000105000 } from './telemetry/1790000105000-probing-details';
import { StatusValidation1790000094000 } from './telemetry/1790000094000-status-validation';
import { ShardNotMeasured1790000042000 } from './telemetry/1790000042000-shard-not-measured';
import { ShardFreshness1790000041000 } from './telemetry/1790000041000-platform-shard-freshness';
import { AgentsUncounted1790000051000 } from './telemetry/1790000051000-agents-uncounted';

/** Migrations of the telemetry database, applied in the order of their timestamps; the first creates the extension timescaledb. */
export const TELEMETRY_MIGRATIONS: readonly MigrationClass[] = [
  PlatformTimescale1790000000000,
  TelemetryConsumerOffset1790000000100,
  TelemetryLease1790000000200,
  AgentsHealth1790000001400,
  StatusChanges1790000001000,
  Shards1790000002000,
  ProbingSeries1790000003000,
  ProbingRollups1790000040000,
  ShardFreshness1790000041000,
  ShardNotMeasured1790000042000,
  LiveRecentPosition1790000043000,
  StatusDeltas1790000044000,
  ShardAhead1790000045000,
  StatusTargetVerdict1790000046000,
  AgentsUncounted1790000051000,
  StatusWhyAgentsAreSilent1790000056000,
  ProbingMismatch1790000093000,
  StatusValidation1790000094000,
  StatusCheckChangeAt1790000099000,
  ProbingDetails1790000105000,
  AgentsMetricLosses1790000108000,
  PathsTraces1790000112000,
  ProbingDisbelief1790000122000,
  ProbingConfirming1790000123000,
  ProbingPairHours1790000131000,
  StatusPairChanges1790000130000,
  StatusFlapping1790000133000,
  Baselines1790000131600,
  StatusCorrections1790000136000,
  StatusOddAgents1790000140000,
];
