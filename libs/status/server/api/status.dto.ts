import { WINDOW_KINDS, type WindowKind } from '@icmp-mon/maintenance/contract';
import {
  type AgentVerdictView,
  type Status,
  SHOWN_REASONS,
  type ShownReason,
  STATUS_REASONS,
  type StatusChangeView,
  STATUSES,
  type StatusReason,
  type TargetStatusView,
  type Verdict,
  type Votes,
} from '@icmp-mon/status/contract';
import { MayBeAbsent, WholeNumberParameter } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';

const VRF_LENGTH_MAX = 64;
const CHANGES_LIMIT_MAX = 200;
const CHANGES_LIMIT_DEFAULT = 20;

export class ReadTargetStatusRequest {
  @ApiPropertyOptional({
    description: 'VRF of the target, if the address exists in several VRFs.',
    minLength: 1,
    maxLength: VRF_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, VRF_LENGTH_MAX)
  vrf?: string;
}

export class ListStatusChangesRequest {
  @ApiPropertyOptional({
    minimum: 1,
    maximum: CHANGES_LIMIT_MAX,
    default: CHANGES_LIMIT_DEFAULT,
    description: 'Maximum number of changes per page.',
  })
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(CHANGES_LIMIT_MAX)
  limit: number = CHANGES_LIMIT_DEFAULT;

  @ApiPropertyOptional({ description: '`next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;
}

export class VotesResponse implements Votes {
  @ApiProperty({ description: 'Agents selected for the target.' }) selected!: number;
  @ApiProperty({ description: 'Votes that the quorum needs.' }) needed!: number;
  @ApiProperty() up!: number;
  @ApiProperty() degraded!: number;
  @ApiProperty() down!: number;
  @ApiProperty() unknown!: number;
}

export class AgentVerdictResponse implements AgentVerdictView {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty() agentName!: string;
  @ApiProperty({ description: 'Number of the check in its tier.' }) check!: number;
  @ApiProperty({ enum: STATUSES }) verdict!: Verdict;
  @ApiProperty({ type: String, enum: SHOWN_REASONS, nullable: true }) reason!: ShownReason | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) since!: string | null;
  @ApiPropertyOptional({
    ...{ type: String, nullable: true },
    description: 'Why the agent has no verdict, if the agent itself is the reason.',
  })
  detail?: string | null;
}

export class RefusingAgentResponse {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty() agentName!: string;
}

/** The open occurrence of maintenance that the target is in and that ends last. */
export class StatusMaintenanceResponse {
  @ApiProperty({ description: 'window@date' }) occurrence!: string;
  @ApiProperty({ format: 'date-time', description: 'Planned end.' }) until!: string;
  @ApiProperty({ enum: WINDOW_KINDS }) kind!: WindowKind;
  @ApiProperty() title!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Who scheduled it.' }) by!: string | null;
}

export class TargetStatusResponse implements TargetStatusView {
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ enum: STATUSES }) status!: Status;
  @ApiProperty({
    type: String,
    enum: SHOWN_REASONS,
    nullable: true,
    description:
      'Null until the first judgement. not_judged: its shard was not judged for three intervals of its tier.',
  })
  reason!: ShownReason | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) since!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) lastSuccessAt!: string | null;
  @ApiProperty({ type: VotesResponse, nullable: true }) votes!: VotesResponse | null;
  @ApiProperty({ type: [AgentVerdictResponse] }) agents!: AgentVerdictResponse[];
  @ApiPropertyOptional({
    type: [RefusingAgentResponse],
    description: 'Agents that would be selected if their policy file did not refuse the address.',
  })
  refusedBy?: RefusingAgentResponse[];

  @ApiProperty({ type: StatusMaintenanceResponse, nullable: true, description: 'Null if it is in no open window.' })
  maintenance!: StatusMaintenanceResponse | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: "Time up to which the target's shard has judged.",
  })
  asOf!: string | null;
}

export class StatusChangeResponse implements StatusChangeView {
  @ApiProperty({ description: 'Shard, and number of the change within the shard.', example: '3:118' }) id!: string;
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty() ip!: string;
  @ApiProperty({ type: String, nullable: true }) name!: string | null;
  @ApiProperty({ enum: STATUSES }) from!: Status;
  @ApiProperty({ enum: STATUSES }) to!: Status;
  @ApiProperty({ enum: STATUS_REASONS }) reason!: StatusReason;
  @ApiProperty({ format: 'date-time' }) at!: string;
}

export class StatusChangePageResponse {
  @ApiProperty({ type: [StatusChangeResponse] }) items!: StatusChangeResponse[];
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Time up to which every shard has judged.',
  })
  asOf!: string | null;
}
