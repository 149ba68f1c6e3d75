import { Module } from '@nestjs/common';
import { BaselinesController } from '../baselines.controller';
import { ReadBaselineBandsHandler } from '../read/read-baseline-bands';
import { ReadPairBaselinesHandler } from '../read/read-pair-baselines';
import { ListRecalculationsHandler } from '../recalculations/list-recalculations';
import { ReadRecalculationHandler } from '../recalculations/read-recalculation';
import { RequestRecalculationHandler } from '../recalculations/request-recalculation';

/** Routes of baselines. Needs both databases, `TargetDirectory`, `TierChecks`, `AgentSites` and `AgentDirectory`. */
@Module({
  controllers: [BaselinesController],
  providers: [
    ...[ReadPairBaselinesHandler, ReadBaselineBandsHandler],
    ...[RequestRecalculationHandler, ReadRecalculationHandler, ListRecalculationsHandler],
  ],
})
export class BaselinesApiModule {}
