import { AssignmentDirectory } from '@icmp-mon/assignment/contract';
import { ControlDatabase } from '@icmp-mon/platform/database';
import { HealthParts } from '@icmp-mon/platform/health';
import { Global, Module } from '@nestjs/common';
import { ASSIGNMENT_PART } from '../assignment-health';
import { StoredAssignments } from '../stored-assignments';

/** Exports `AssignmentDirectory` for the routes of other contexts; needs the control database. */
@Global()
@Module({
  providers: [
    {
      provide: AssignmentDirectory,
      inject: [ControlDatabase],
      useFactory: (database: ControlDatabase): AssignmentDirectory => new StoredAssignments(database),
    },
  ],
  exports: [AssignmentDirectory],
})
export class AssignmentApiModule {
  constructor(parts: HealthParts) {
    parts.plug(ASSIGNMENT_PART);
  }
}
