import {
  AgentTargets,
  AssignmentDirectory,
  HeldTargets,
  SelectedAgents,
  TargetPlacements,
} from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { HealthParts } from '@icmp-mon/platform/health';
import { Global, Module } from '@nestjs/common';
import { AgentPolicyController } from '../agent-policy.controller';
import { ASSIGNMENT_PART } from '../assignment-health';
import { StoredHeldTargets } from '../held-targets';
import { ListPlacementHandler } from '../list-placement';
import { PLACEMENT_PART } from '../placement-health';
import { PlacementController } from '../placement.controller';
import { ReadTierPreviewHandler } from '../preview/read-tier-preview';
import { ReadAgentPolicyHandler } from '../read-agent-policy';
import { ReadTargetAssignmentHandler } from '../read-target-assignment';
import { StoredAgentTargets } from '../stored-agent-targets';
import { StoredAssignments } from '../stored-assignments';
import { StoredSelectedAgents } from '../stored-selected-agents';
import { StoredTargetPlacements } from '../stored-target-placements';
import { TargetAssignmentController } from '../target-assignment.controller';

/** Exports `AssignmentDirectory`, `AgentTargets`, `HeldTargets`, `SelectedAgents` and `TargetPlacements` for the routes of other contexts; needs the control database. */
@Global()
@Module({
  controllers: [AgentPolicyController, PlacementController, TargetAssignmentController],
  providers: [
    ListPlacementHandler,
    ReadTierPreviewHandler,
    ReadAgentPolicyHandler,
    ReadTargetAssignmentHandler,
    {
      provide: AssignmentDirectory,
      inject: [ControlDatabase],
      useFactory: (database: ControlDatabase): AssignmentDirectory => new StoredAssignments(database),
    },
    { provide: AgentTargets, useClass: StoredAgentTargets },
    {
      provide: HeldTargets,
      inject: [ControlDatabase],
      useFactory: (database: ControlDatabase): HeldTargets => new StoredHeldTargets(database),
    },
    { provide: SelectedAgents, useClass: StoredSelectedAgents },
    { provide: TargetPlacements, useClass: StoredTargetPlacements },
  ],
  exports: [AssignmentDirectory, AgentTargets, HeldTargets, SelectedAgents, TargetPlacements],
})
export class AssignmentApiModule {
  constructor(parts: HealthParts) {
    parts.plug(ASSIGNMENT_PART, PLACEMENT_PART);
  }
}
