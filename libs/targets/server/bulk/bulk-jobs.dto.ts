import type * as contract from '@icmp-mon/targets/contract';
import {
  BULK_FAILURES_MAX,
  BULK_KINDS,
  BULK_MEMBERS,
  BULK_REASONS,
  BULK_SAMPLE,
  BULK_STATES,
  type BulkKind,
  type BulkReason,
  type BulkState,
} from '@icmp-mon/targets/contract';
import { ApiProperty, OmitType } from '@nestjs/swagger';
import { ImportOrderResponse } from '../import/import.dto';
import { BulkChangeMembersRequest, ExpandRequest } from './bulk-requests.dto';

const TIME = { type: 'string', format: 'date-time', nullable: true } as const;
const TEXT = { type: 'string', nullable: true } as const;
const COUNT = { type: 'integer' } as const;

export class BulkTargetResponse implements contract.BulkTarget {
  @ApiProperty({ ...TEXT, format: 'uuid', description: 'Null for an address that is not a target.' })
  id!: string | null;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty(TEXT) name!: string | null;
}

export class BulkSkippedResponse implements contract.BulkSkipped {
  @ApiProperty({ enum: BULK_REASONS }) reason!: BulkReason;
  @ApiProperty() text!: string;
  @ApiProperty(COUNT) count!: number;
  @ApiProperty({ type: [BulkTargetResponse], description: `The first ${BULK_SAMPLE}.` }) sample!: BulkTargetResponse[];
}

export class BulkMemberCountResponse implements contract.BulkMemberCount {
  @ApiProperty({ enum: BULK_MEMBERS }) member!: keyof contract.BulkChange;
  @ApiProperty(COUNT) changes!: number;
}

export class BulkPreviewResponse implements contract.BulkPreview {
  @ApiProperty({
    ...COUNT,
    description: 'Selected targets, the expectedCount of the real run; or addresses of the block.',
  })
  count!: number;
  @ApiProperty({ ...COUNT, description: 'How many of them would be changed, removed or registered.' }) changes!: number;
  @ApiProperty({ type: [BulkMemberCountResponse], description: 'How many of these each member of the change changes.' })
  members!: BulkMemberCountResponse[];
  @ApiProperty({ type: [BulkTargetResponse], description: `The first ${BULK_SAMPLE} of changes.` })
  sample!: BulkTargetResponse[];
  @ApiProperty({ type: [BulkSkippedResponse], description: 'Targets that would not be changed, by reason.' })
  skipped!: BulkSkippedResponse[];
}

export class BulkExpandResponse extends OmitType(ExpandRequest, ['dryRun']) {}

export class BulkJobResponse implements contract.BulkJobView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: BULK_KINDS }) kind!: BulkKind;
  @ApiProperty({ enum: BULK_STATES }) state!: BulkState;
  @ApiProperty({ ...TEXT, description: 'Null for targets selected by their ids, and for expand and import.' })
  filter!: string | null;
  @ApiProperty({ type: BulkChangeMembersRequest, nullable: true }) change!: contract.BulkChange | null;
  @ApiProperty({ type: BulkExpandResponse, nullable: true }) expand!: BulkExpandResponse | null;
  @ApiProperty({ type: ImportOrderResponse, nullable: true }) import!: ImportOrderResponse | null;
  @ApiProperty({
    ...TEXT,
    description: 'Scope of who requested it: filter of the only targets that the job touches. Null without a limit.',
  })
  scope!: string | null;
  @ApiProperty(COUNT) total!: number;
  @ApiProperty({ ...COUNT, description: 'Of changed, the registered ones.' }) created!: number;
  @ApiProperty({ ...COUNT, description: 'Targets processed so far.' }) done!: number;
  @ApiProperty({ ...COUNT, description: 'Changed, removed or registered; of a dry run, how many would be.' })
  changed!: number;
  @ApiProperty({ ...COUNT, description: 'Already as asked.' }) unchanged!: number;
  @ApiProperty({ ...COUNT, description: 'Removed or changed in the meantime, or already a target.' }) skipped!: number;
  @ApiProperty({ ...COUNT, description: 'Refused by a rule.' }) failed!: number;
  @ApiProperty({ description: 'user:<id> or api-key:<id>.' }) requestedBy!: string;
  @ApiProperty({ format: 'date-time' }) requestedAt!: string;
  @ApiProperty(TIME) startedAt!: string | null;
  @ApiProperty(TIME) finishedAt!: string | null;
  @ApiProperty({ ...TEXT, description: 'Why the job failed.' }) error!: string | null;
}

export class BulkFailureResponse extends BulkTargetResponse implements contract.BulkFailure {
  @ApiProperty({ enum: BULK_REASONS }) reason!: BulkReason;
  @ApiProperty() text!: string;
}

export class BulkJobDetailResponse extends BulkJobResponse implements contract.BulkJobDetail {
  @ApiProperty({
    type: [BulkFailureResponse],
    description: `The first ${BULK_FAILURES_MAX} targets that were skipped or failed; none of an import, whose lines have results of their own.`,
  })
  failures!: BulkFailureResponse[];
}

export class BulkJobListResponse implements contract.BulkJobList {
  @ApiProperty({ type: [BulkJobResponse] }) items!: BulkJobResponse[];
}
