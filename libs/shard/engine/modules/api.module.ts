import { HealthParts } from '@icmp-mon/platform/health';
import { Module } from '@nestjs/common';
import { SHARDS_PART } from '../shards-health';

/** Contributes the health of the shards to the API. */
@Module({})
export class ShardApiModule {
  constructor(parts: HealthParts) {
    parts.plug(SHARDS_PART);
  }
}
