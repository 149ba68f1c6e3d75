import { HealthParts } from '@icmp-mon/platform/health';
import { type DynamicModule, Module } from '@nestjs/common';
import { History } from '../history/history';
import { HISTORY_PART } from '../history/history-health';
import { HistoryController } from '../history/history.controller';
import { ReadAgentLanesHandler } from '../history/read-agent-lanes';
import { ReadHistoryHandler } from '../history/read-history';
import { LiveController } from '../live/live.controller';
import { LiveResults } from '../live/live-results';
import { LiveSource } from '../live/live-source';
import { RecentResults } from '../live/recent-results';
import { PROBING_API_OPTIONS, type ProbingApiOptions } from '../probing-api-options';
import { ListResultsHandler } from '../results/list-results';
import { ResultPages } from '../results/result-pages';
import { ResultsController } from '../results/results.controller';
import { StoredAgents } from '../results/stored-agents';
import { TargetChecks } from '../target-checks';
import { ReadTargetFiguresHandler } from '../target-figures/read-target-figures';
import { TargetFiguresController } from '../target-figures/target-figures.controller';
import { UsualRtts } from '../target-figures/usual-rtts';

/** Results of targets: single, as history, live. Needs the telemetry database, Redis and global `TargetDirectory` and `TierChecks`. */
@Module({})
export class ProbingApiModule {
  static register(options: ProbingApiOptions): DynamicModule {
    return {
      module: ProbingApiModule,
      controllers: [ResultsController, HistoryController, LiveController, TargetFiguresController],
      providers: [
        { provide: PROBING_API_OPTIONS, useValue: options },
        StoredAgents,
        TargetChecks,
        ResultPages,
        History,
        RecentResults,
        LiveResults,
        LiveSource,
        ReadHistoryHandler,
        ReadAgentLanesHandler,
        ListResultsHandler,
        UsualRtts,
        ReadTargetFiguresHandler,
      ],
    };
  }

  constructor(parts: HealthParts) {
    parts.plug(HISTORY_PART);
  }
}
