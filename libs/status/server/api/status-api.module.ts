import { Module } from '@nestjs/common';
import { StatusChanges } from './status-changes';
import { StatusController } from './status.controller';
import { TargetStatus } from './target-status';

/** Status of targets. Needs the telemetry database and a global `TargetDirectory`. */
@Module({ controllers: [StatusController], providers: [TargetStatus, StatusChanges] })
export class StatusApiModule {}
