import type * as contract from '@icmp-mon/targets/contract';
import {
  EXISTING_ACTIONS,
  type ExistingAction,
  LEFT_ACTIONS,
  type LeftAction,
  SOURCE_KINDS,
  SOURCE_RUN_STATES,
  SOURCE_SAMPLE,
  type SourceKind,
  type SourceRunState,
} from '@icmp-mon/targets/contract';
import { ApiProperty } from '@nestjs/swagger';

const TEXT = { type: 'string', nullable: true } as const;
const TIME = { type: 'string', format: 'date-time', nullable: true } as const;
const COUNT = { type: 'integer' } as const;
const PATHS = { type: 'object', additionalProperties: { type: 'string' }, nullable: true } as const;

class RefusedEntryResponse implements contract.RefusedEntry {
  @ApiProperty({ ...COUNT, description: 'Number of the entry in the list, from 1.' }) entry!: number;
  @ApiProperty() address!: string;
  @ApiProperty() reason!: string;
}

class LeftTargetResponse implements contract.LeftTarget {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty(TEXT) name!: string | null;
}

export class SourceRunResponse implements contract.SourceRunView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ format: 'uuid' }) sourceId!: string;
  @ApiProperty({ enum: SOURCE_RUN_STATES }) state!: SourceRunState;
  @ApiProperty() dryRun!: boolean;
  @ApiProperty({ description: 'user:<id>, api-key:<id>, or system:inventory-sources for a run at the interval.' })
  requestedBy!: string;
  @ApiProperty({ format: 'date-time' }) requestedAt!: string;
  @ApiProperty(TIME) startedAt!: string | null;
  @ApiProperty(TIME) finishedAt!: string | null;
  @ApiProperty({ ...COUNT, description: 'Entries of the list.' }) listed!: number;
  @ApiProperty(COUNT) created!: number;
  @ApiProperty(COUNT) changed!: number;
  @ApiProperty(COUNT) unchanged!: number;
  @ApiProperty(COUNT) refused!: number;
  @ApiProperty({ ...COUNT, description: 'Targets that left the list, and for which nothing was done before.' })
  left!: number;
  @ApiProperty({ description: 'Whether they are too many: nothing is done to them until a run with confirmedLeft.' })
  needsConfirmation!: boolean;
  @ApiProperty({
    ...TEXT,
    format: 'uuid',
    description: 'Bulk job with a result per line; null if nothing is created or changed.',
  })
  jobId!: string | null;
  @ApiProperty({ ...TEXT, format: 'uuid', description: 'Bulk job that pauses or removes targets that left the list.' })
  leftJobId!: string | null;
  @ApiProperty({ type: [RefusedEntryResponse], description: `The first ${SOURCE_SAMPLE}.` })
  refusedSample!: RefusedEntryResponse[];
  @ApiProperty({ type: [LeftTargetResponse], description: `The first ${SOURCE_SAMPLE}.` })
  leftSample!: LeftTargetResponse[];
  @ApiProperty({ ...TEXT, description: 'Why the run failed; the targets stay as they were.' }) error!: string | null;
  @ApiProperty({ ...TEXT, description: 'What to do about the error.' }) advice!: string | null;
}

export class SourceRunListResponse implements contract.SourceRunList {
  @ApiProperty({ type: [SourceRunResponse] }) items!: SourceRunResponse[];
}

export class SourceResponse implements contract.InventorySource {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: SOURCE_KINDS }) kind!: SourceKind;
  @ApiProperty() location!: string;
  @ApiProperty() tier!: string;
  @ApiProperty() isEnabled!: boolean;
  @ApiProperty(COUNT) intervalS!: number;
  @ApiProperty() vrf!: string;
  @ApiProperty({ type: [String] }) statuses!: string[];
  @ApiProperty() query!: string;
  @ApiProperty(TEXT) nameFrom!: string | null;
  @ApiProperty(PATHS) tagsFrom!: Record<string, string> | null;
  @ApiProperty({ enum: EXISTING_ACTIONS }) existing!: ExistingAction;
  @ApiProperty({ enum: LEFT_ACTIONS }) left!: LeftAction;
  @ApiProperty(COUNT) leftSharePercent!: number;
  @ApiProperty() hasCredential!: boolean;
  @ApiProperty({ ...COUNT, description: 'Version of the definition; also its ETag.' }) version!: number;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
  @ApiProperty({ ...COUNT, description: 'Targets that the source created or took over.' }) targets!: number;
  @ApiProperty({ ...TIME, description: 'Null while the source is not enabled.' }) nextRunAt!: string | null;
  @ApiProperty({ ...TIME, description: 'Since when every run has failed.' }) failingSince!: string | null;
  @ApiProperty({ type: SourceRunResponse, nullable: true }) lastRun!: SourceRunResponse | null;
}

export class SourceListResponse implements contract.InventorySourceList {
  @ApiProperty({ type: [SourceResponse] }) items!: SourceResponse[];
}
