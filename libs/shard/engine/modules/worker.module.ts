import { TelemetryDatabase } from '@icmp-mon/platform/database';
import { HealthParts } from '@icmp-mon/platform/health';
import { byLease, Leader } from '@icmp-mon/platform/leases';
import { Messaging } from '@icmp-mon/platform/messaging';
import { createLogger } from '@icmp-mon/platform/ops';
import { BackgroundServices, Installation, ReadinessParts } from '@icmp-mon/platform/plugins';
import { Module } from '@nestjs/common';
import { SHARDS_PART } from '../shards-health';
import { TickProducer } from '../tick-producer';

const TICK_LEASE = 'ticks';

/** Writes ticks into the shards' logs, from one worker at a time. */
@Module({})
export class ShardWorkerModule {
  constructor(
    telemetry: TelemetryDatabase,
    messaging: Messaging,
    { shardCount }: Installation,
    services: BackgroundServices,
    readiness: ReadinessParts,
    parts: HealthParts,
  ) {
    parts.plug(SHARDS_PART);
    // The lease is in the database of the checkpoints: while these cannot be written, nothing needs to age.
    const ticks = new TickProducer(telemetry, messaging, shardCount, createLogger('ticks'));
    const leader = new Leader(byLease(telemetry, TICK_LEASE), ({ epoch }, lost) => ticks.produceTicks(epoch, lost));
    services.plug({
      name: 'ticks',
      stage: 'work',
      start: () => leader.start(),
      stop: () => leader.stop(),
    });
    readiness.plug({ name: 'ticks', checkPart: () => ticks.readiness() });
  }
}
