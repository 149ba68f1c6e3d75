import {
  type AssignedAgent,
  PLACEMENT_REASONS,
  type PlacementReason,
  type TargetAssignment,
  type TargetPlacement,
} from '@icmp-mon/assignment/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';

const VRF_LENGTH_MAX = 64;
const COUNT = { type: 'integer' } as const;
const TIME = { type: String, format: 'date-time' } as const;

export class ReadTargetAssignmentRequest {
  @ApiPropertyOptional({
    description: 'VRF of the target, if the address exists in several VRFs.',
    minLength: 1,
    maxLength: VRF_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, VRF_LENGTH_MAX)
  vrf?: string;

  @ApiPropertyOptional({
    description: 'The time, as ISO 8601 or relative (`now-6h`); the present unless set.',
    minLength: 1,
    maxLength: TIME_TEXT_LENGTH_MAX,
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  at?: string;
}

class AssignedAgentResponse implements AssignedAgent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ type: String, nullable: true }) name!: string | null;
  @ApiProperty({ type: String, nullable: true }) region!: string | null;
  @ApiProperty({ type: String, nullable: true }) provider!: string | null;
}

class TargetPlacementResponse implements TargetPlacement {
  @ApiProperty({ enum: PLACEMENT_REASONS }) reason!: PlacementReason;
  @ApiProperty() text!: string;
  @ApiProperty({ ...COUNT, description: 'What the tier asks for.' }) wanted!: number;
  @ApiProperty({ ...COUNT, description: 'What the target has.' }) placed!: number;
}

export class TargetAssignmentResponse implements TargetAssignment {
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty(TIME) at!: string;
  @ApiProperty({ ...TIME, nullable: true, description: 'Time of the decision; null: agents were not selected yet.' })
  since!: string | null;
  @ApiProperty({
    ...TIME,
    description: 'Nothing is known about earlier times. A `since` of this time may have begun earlier.',
  })
  knownSince!: string;
  @ApiProperty({ description: 'A paused target has no agents.' }) paused!: boolean;
  @ApiProperty({ type: [AssignedAgentResponse] }) agents!: AssignedAgentResponse[];
  @ApiProperty({ type: TargetPlacementResponse, nullable: true, description: 'Null: placed as its tier asks.' })
  placement!: TargetPlacementResponse | null;
}
