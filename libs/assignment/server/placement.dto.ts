import {
  PLACEMENT_REASONS,
  type PlacementCount,
  type PlacementCounts,
  type PlacementReason,
  type PreviewedAgent,
  type TierPreview,
  type UnplacedTargets,
} from '@icmp-mon/assignment/contract';
import { ApiProperty } from '@nestjs/swagger';

const COUNT = { type: 'integer' } as const;
const REASON = { enum: PLACEMENT_REASONS } as const;

class PlacementCountResponse implements PlacementCount {
  @ApiProperty() tier!: string;
  @ApiProperty(REASON) reason!: PlacementReason;
  @ApiProperty() text!: string;
  @ApiProperty(COUNT) count!: number;
  @ApiProperty({
    description: 'Selects these targets in `GET /api/v1/targets?filter=`.',
    example: 'tier=gold AND placement=capacity',
  })
  filter!: string;
}

export class PlacementCountsResponse implements PlacementCounts {
  @ApiProperty({ type: [PlacementCountResponse] }) items!: PlacementCountResponse[];
}

class SampleTargetResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
}

class UnplacedTargetsResponse implements UnplacedTargets {
  @ApiProperty(REASON) reason!: PlacementReason;
  @ApiProperty() text!: string;
  @ApiProperty(COUNT) count!: number;
  @ApiProperty({ type: [SampleTargetResponse] }) sample!: SampleTargetResponse[];
}

class PreviewedAgentResponse implements PreviewedAgent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty() region!: string;
  @ApiProperty() provider!: string;
  @ApiProperty(COUNT) targetsBefore!: number;
  @ApiProperty(COUNT) targetsAfter!: number;
  @ApiProperty() ppsBefore!: number;
  @ApiProperty() ppsAfter!: number;
  @ApiProperty({ type: 'number', nullable: true, description: 'Packets per second that it can send; null: no limit.' })
  capacityPps!: number | null;
}

export class TierPreviewResponse implements TierPreview {
  @ApiProperty({ ...COUNT, description: 'Targets of the tier that are not paused.' }) targets!: number;
  @ApiProperty({ ...COUNT, description: 'Targets of any tier that would get other agents.' }) moved!: number;
  @ApiProperty({ type: [UnplacedTargetsResponse] }) unplaced!: UnplacedTargetsResponse[];
  @ApiProperty({ type: [PreviewedAgentResponse] }) agents!: PreviewedAgentResponse[];
  @ApiProperty({ type: [String], description: 'The same as sentences.' }) sentences!: string[];
}
