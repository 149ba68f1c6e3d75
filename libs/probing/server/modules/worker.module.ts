import { MaintainedTargets } from '@icmp-mon/maintenance/contract';
import { dropOldChunks, TelemetryDatabase } from '@icmp-mon/platform/database';
import { HealthParts } from '@icmp-mon/platform/health';
import {
  DAY_MS,
  droppedChunks,
  HOUR_MS,
  type HousekeepingTask,
  HousekeepingTasks,
  MINUTE_MS,
} from '@icmp-mon/platform/plugins';
import { PairHours, ResultHistory } from '@icmp-mon/probing/contract';
import { type DynamicModule, Inject, Module } from '@nestjs/common';
import { dropFoldedFragments } from '../folded-fragments';
import { HISTORY_PART } from '../history/history-health';
import { StoredPairHours } from '../pair-hours/stored-pair-hours';
import { PAIR_HOURS_KEPT, type ReadLeftOut } from '../pair-hours/fold-pair-hour';
import { StoredResultHistory } from '../results/stored-result-history';
import { dropRolledUp } from '../rollups/retention';
import { rollUpDue } from '../rollups/roll-up-due';

const OPTIONS = Symbol('probing worker options');

interface ProbingWorkerOptions {
  /** How long single results are kept, in days. */
  resultsKeptDays: number;
  /** How long hourly figures are kept, in days; daily and monthly figures are kept permanently. */
  hourlyKeptDays: number;
}

/**
 * Rolls up and deletes results, and makes pair hours. Exports `PairHours` and `ResultHistory`; needs both databases and
 * `MaintainedTargets`.
 */
@Module({})
export class ProbingWorkerModule {
  static register(options: ProbingWorkerOptions): DynamicModule {
    return {
      module: ProbingWorkerModule,
      global: true,
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: PairHours, useClass: StoredPairHours },
        { provide: ResultHistory, useClass: StoredResultHistory },
      ],
      exports: [PairHours, ResultHistory],
    };
  }

  constructor(
    @Inject(OPTIONS) { resultsKeptDays, hourlyKeptDays }: ProbingWorkerOptions,
    telemetry: TelemetryDatabase,
    maintained: MaintainedTargets,
    tasks: HousekeepingTasks,
    parts: HealthParts,
  ) {
    parts.plug(HISTORY_PART);
    const readLeftOut: ReadLeftOut = async (hourMs) => ({
      targetKeys: await maintained.keysDuring(hourMs, hourMs + HOUR_MS),
      // Nothing decides yet that an agent is isolated.
      agentIds: new Set(),
    });
    tasks.plug(
      {
        name: 'folded-fragments',
        everyMs: 10 * MINUTE_MS,
        runTask: async (run) => droppedChunks(run, 'probe_recent', await dropFoldedFragments(telemetry)),
      },
      { name: 'rollups', everyMs: 5 * MINUTE_MS, runTask: (run) => rollUpDue(telemetry.options.url, run, readLeftOut) },
      dropOld('old-results', telemetry, 'probe_series', resultsKeptDays),
      dropOld('old-hourly-figures', telemetry, 'probe_hourly', hourlyKeptDays),
      {
        name: 'old-pair-hours',
        everyMs: HOUR_MS,
        runTask: async (run) => {
          const olderThan = new Date(run.nowMs - PAIR_HOURS_KEPT * HOUR_MS);
          return droppedChunks(run, 'pair_hour', await dropOldChunks(telemetry, 'pair_hour', olderThan));
        },
      },
    );
  }
}

function dropOld(
  name: string,
  telemetry: TelemetryDatabase,
  relation: 'probe_series' | 'probe_hourly',
  keptDays: number,
): HousekeepingTask {
  return {
    name,
    everyMs: HOUR_MS,
    runTask: async (run) => {
      const olderThan = new Date(run.nowMs - keptDays * DAY_MS);
      return droppedChunks(run, relation, await dropRolledUp(telemetry, relation, olderThan));
    },
  };
}
