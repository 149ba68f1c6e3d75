import { FactHistory } from '@icmp-mon/assignment/contract';
import { dropOldChunks, TelemetryDatabase } from '@icmp-mon/platform/database';
import { HealthParts } from '@icmp-mon/platform/health';
import { DAY_MS, droppedChunks, HOUR_MS, HousekeepingTasks } from '@icmp-mon/platform/plugins';
import { ResultHistory } from '@icmp-mon/probing/contract';
import { type DynamicModule, Inject, Module } from '@nestjs/common';
import { STATUSES_PART } from '../health/statuses-health';
import { correctLate, forgetCorrections } from '../late/correct-late';
import { forgetOldChanges } from '../old-changes';
import { forgetOldEvidence } from '../validation/old-evidence';

/** How long records of pair changes are kept. */
const PAIR_CHANGES_KEPT_DAYS = 30;
const LATE_RESULTS_EVERY_MS = 15_000;
const OPTIONS = Symbol('status worker options');

interface StatusWorkerOptions {
  changesKeptDays: number;
}

/** Needs `FactHistory` and `ResultHistory`. */
@Module({})
export class StatusWorkerModule {
  static register(options: StatusWorkerOptions): DynamicModule {
    return { module: StatusWorkerModule, providers: [{ provide: OPTIONS, useValue: options }] };
  }

  constructor(
    @Inject(OPTIONS) { changesKeptDays }: StatusWorkerOptions,
    telemetry: TelemetryDatabase,
    facts: FactHistory,
    results: ResultHistory,
    tasks: HousekeepingTasks,
    parts: HealthParts,
  ) {
    parts.plug(STATUSES_PART);
    tasks.plug({
      name: 'late-results',
      everyMs: LATE_RESULTS_EVERY_MS,
      runTask: (run) => correctLate({ database: telemetry, facts, results }, run),
    });
    tasks.plug({
      name: 'old-pair-changes',
      everyMs: HOUR_MS,
      async runTask(run) {
        const olderThan = new Date(run.nowMs - PAIR_CHANGES_KEPT_DAYS * DAY_MS);
        return droppedChunks(run, 'pair_change', await dropOldChunks(telemetry, 'pair_change', olderThan));
      },
    });
    tasks.plug({
      name: 'old-status-changes',
      everyMs: HOUR_MS,
      async runTask({ nowMs, signal }) {
        const olderThan = new Date(nowMs - changesKeptDays * DAY_MS);
        const changes = await forgetOldChanges(telemetry, olderThan, signal);
        const corrections = await forgetCorrections(telemetry, olderThan);
        return changes + corrections + (await forgetOldEvidence(telemetry, olderThan, signal));
      },
    });
  }
}
