import { AgentReports, AGENTS_TOPIC } from '@icmp-mon/agents/contract';
import { AgentPresences, HeldTargets } from '@icmp-mon/assignment/contract';
import { ControlDatabase, dropOldChunks, TelemetryDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import {
  DAY_MS,
  droppedChunks,
  HOUR_MS,
  type HousekeepingTask,
  HousekeepingTasks,
  RelayedCategories,
} from '@icmp-mon/platform/plugins';
import { HealthParts } from '@icmp-mon/platform/health';
import { type DynamicModule, Inject, Module } from '@nestjs/common';
import { AGENTS_PART } from '../health/agents-health';
import { UNCOUNTED_PART } from '../uncounted/uncounted-health';
import { AGENT } from '../agent';
import { advanceDrains } from '../drains/advance-drains';
import { completeRetirements } from '../complete-retirements';
import { LifeRecorder } from '../record-lives';
import { forgetExpiredTokens } from '../enrolment-token';
import { StoredAgentReports } from '../stored-agent-reports';
import { forgetUncounted } from '../uncounted/read-uncounted';

const RETIREMENTS_LOOK_MS = 15_000;
const DRAINS_LOOK_MS = 2_000;
const LIVES_LOOK_MS = 5_000;
const OPTIONS = Symbol('agents worker options');

interface AgentsWorkerOptions {
  /** Retention of agents' metrics over time, in days. */
  metricsKeptDays: number;
}

/** Exports `AgentReports` for other contexts; needs `HeldTargets` and `AgentPresences`. */
@Module({})
export class AgentsWorkerModule {
  static register(options: AgentsWorkerOptions): DynamicModule {
    return {
      module: AgentsWorkerModule,
      global: true,
      providers: [
        { provide: OPTIONS, useValue: options },
        {
          provide: AgentReports,
          inject: [TelemetryDatabase, Messaging],
          useFactory: (telemetry: TelemetryDatabase, messaging: Messaging): AgentReports =>
            new StoredAgentReports(telemetry, messaging),
        },
      ],
      exports: [AgentReports],
    };
  }

  constructor(
    @Inject(OPTIONS) { metricsKeptDays }: AgentsWorkerOptions,
    control: ControlDatabase,
    telemetry: TelemetryDatabase,
    held: HeldTargets,
    presences: AgentPresences,
    reports: AgentReports,
    relayed: RelayedCategories,
    tasks: HousekeepingTasks,
    parts: HealthParts,
  ) {
    parts.plug(AGENTS_PART, UNCOUNTED_PART);
    relayed.plug({ aggregate: AGENT, topic: AGENTS_TOPIC });
    const lives = new LifeRecorder({ control, presences, reports });
    tasks.plug(
      { name: 'enrolment-tokens', everyMs: HOUR_MS, runTask: () => forgetExpiredTokens(control) },
      {
        name: 'agent-retirements',
        everyMs: RETIREMENTS_LOOK_MS,
        runTask: () => completeRetirements(control, telemetry, (ids) => held.byAgent(ids)),
      },
      { name: 'agent-drains', everyMs: DRAINS_LOOK_MS, runTask: () => advanceDrains(control, held) },
      { name: 'agent-lives', everyMs: LIVES_LOOK_MS, runTask: ({ nowMs }) => lives.recordLives(nowMs) },
      oldMetrics(telemetry, metricsKeptDays),
      { name: 'uncounted-results', everyMs: HOUR_MS, runTask: () => forgetUncounted(telemetry) },
    );
  }
}

function oldMetrics(telemetry: TelemetryDatabase, keptDays: number): HousekeepingTask {
  return {
    name: 'agent-metrics',
    everyMs: HOUR_MS,
    runTask: async (run) => {
      const olderThan = new Date(run.nowMs - keptDays * DAY_MS);
      return droppedChunks(run, 'agent_metric', await dropOldChunks(telemetry, 'agent_metric', olderThan));
    },
  };
}
