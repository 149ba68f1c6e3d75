import { AgentReports } from '@icmp-mon/agents/contract';
import { AgentPresences, AssignedPairs, FactHistory, HeldTargets } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { Messaging } from '@icmp-mon/platform/messaging';
import {
  BackgroundServices,
  DAY_MS,
  type GroupProjection,
  GroupProjections,
  HOUR_MS,
  type HousekeepingTask,
  HousekeepingTasks,
  inSteps,
  Installation,
} from '@icmp-mon/platform/plugins';
import { HealthParts } from '@icmp-mon/platform/health';
import { type DynamicModule, Inject, Module } from '@nestjs/common';
import { ASSIGNMENT_PART } from '../assignment-health';
import { AgentPoliciesProjection } from '../agent-policies.projection';
import { AgentWatch } from '../agent-watch';
import { ASSIGNMENT_GROUP, ASSIGNMENT_TOPICS, AssignmentProjection } from '../assignment.projection';
import { evaluateByRules } from '../evaluate-by-rules';
import { FeedPublisher } from '../feed-publisher';
import {
  DECISIONS_KEPT_DAYS,
  forgetIntervals,
  forgetOldDecisions,
  forgetRemovals,
  forgetReplacedFacts,
} from '../forget-history';
import { StoredHeldTargets } from '../held-targets';
import { StoredFactHistory } from '../stored-fact-history';
import { StoredAgentPresences } from '../stored-agent-presences';
import { StoredAssignedPairs } from '../stored-assigned-pairs';
import { PLACEMENT_PART } from '../placement-health';

/** Maximum rows per statement. */
const ROWS_PER_STEP = 10_000;
const RULES_LOOK_MS = 15_000;
const OPTIONS = Symbol('assignment worker options');

interface AssignmentWorkerOptions {
  /** Longest hold-down of any tier, in ms. */
  holdDownMaxMs: number;
  /** New targets prefer other ready agents to older ones. */
  agentVersionMin: string | undefined;
}

/**
 * Decides which agent probes which target, and publishes it to the shards. Exports `HeldTargets`, `AgentPresences`, `AssignedPairs` and
 * `FactHistory` for other contexts; needs `AgentReports`, `PolicyHistory` and `TargetPast`.
 */
@Module({})
export class AssignmentWorkerModule {
  static register(options: AssignmentWorkerOptions): DynamicModule {
    return {
      module: AssignmentWorkerModule,
      global: true,
      providers: [
        { provide: OPTIONS, useValue: options },
        { provide: FactHistory, useClass: StoredFactHistory },
        {
          provide: HeldTargets,
          inject: [ControlDatabase],
          useFactory: (control: ControlDatabase): HeldTargets => new StoredHeldTargets(control),
        },
        {
          provide: AgentPresences,
          inject: [ControlDatabase],
          useFactory: (control: ControlDatabase): AgentPresences => new StoredAgentPresences(control),
        },
        {
          provide: AssignedPairs,
          inject: [ControlDatabase, Installation],
          useFactory: (control: ControlDatabase, { shardCount }: Installation): AssignedPairs =>
            new StoredAssignedPairs(control, shardCount),
        },
      ],
      exports: [AgentPresences, AssignedPairs, FactHistory, HeldTargets],
    };
  }

  constructor(
    @Inject(OPTIONS) { holdDownMaxMs, agentVersionMin }: AssignmentWorkerOptions,
    { shardCount }: Installation,
    control: ControlDatabase,
    messaging: Messaging,
    reports: AgentReports,
    projections: GroupProjections,
    services: BackgroundServices,
    tasks: HousekeepingTasks,
    parts: HealthParts,
  ) {
    parts.plug(ASSIGNMENT_PART, PLACEMENT_PART);
    projections.plug(...groupProjections(control, shardCount));
    const publisher = new FeedPublisher({ database: control, messaging });
    const watch = new AgentWatch({ database: control, reports, shardCount, holdDownMaxMs, agentVersionMin });
    services.plug(
      { name: 'shard feed', stage: 'base', start: () => publisher.start(), stop: () => publisher.stop() },
      { name: 'agent watch', stage: 'work', start: () => watch.start(), stop: () => watch.stop() },
    );
    tasks.plug(...housekeeping(control, shardCount));
  }
}

function groupProjections(control: ControlDatabase, shardCount: number): GroupProjection[] {
  const assignment = new AssignmentProjection(shardCount);
  const policies = new AgentPoliciesProjection(shardCount);
  return [
    {
      group: ASSIGNMENT_GROUP,
      topics: ASSIGNMENT_TOPICS,
      database: control,
      handle: (sql, messages) => assignment.handle(sql, messages),
    },
    {
      group: AgentPoliciesProjection.group,
      topics: AgentPoliciesProjection.topics,
      database: control,
      handle: (sql, messages) => policies.handle(sql, messages),
    },
  ];
}

function housekeeping(control: ControlDatabase, shardCount: number): HousekeepingTask[] {
  return [
    {
      name: 'agent-decisions',
      everyMs: DAY_MS,
      runTask: () => inSteps(ROWS_PER_STEP, () => forgetOldDecisions(control)),
    },
    {
      name: 'assignment-intervals',
      everyMs: DAY_MS,
      runTask: ({ nowMs }) =>
        inSteps(ROWS_PER_STEP, () => forgetIntervals(control, new Date(nowMs - DECISIONS_KEPT_DAYS * DAY_MS))),
    },
    {
      name: 'assignment-rules',
      everyMs: RULES_LOOK_MS,
      runTask: (run) => evaluateByRules({ database: control, shardCount }, run),
    },
    { name: 'shard-feed', everyMs: HOUR_MS, runTask: () => inSteps(ROWS_PER_STEP, () => forgetReplacedFacts(control)) },
    {
      name: 'assignment-removals',
      everyMs: HOUR_MS,
      runTask: () => inSteps(ROWS_PER_STEP, () => forgetRemovals(control)),
    },
  ];
}
