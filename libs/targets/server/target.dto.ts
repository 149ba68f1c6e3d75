import { PLACEMENT_REASONS, type PlacementReason, type TargetPlacement } from '@icmp-mon/assignment/contract';
import { type TargetMaintenance, WINDOW_KINDS, type WindowKind } from '@icmp-mon/maintenance/contract';
import { SHOWN_REASONS, type ShownReason, type Status, STATUSES } from '@icmp-mon/status/contract';
import type { TargetParent, TargetView } from '@icmp-mon/targets/contract';
import { ApiProperty } from '@nestjs/swagger';

const AS_OF = { type: 'string', format: 'date-time', nullable: true } as const;
const COUNT = { type: 'integer' } as const;
const TAGS_SCHEMA = { type: 'object', additionalProperties: { type: 'string' }, example: { site: 'fra' } } as const;

export class TargetParentResponse implements TargetParent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
}

export class TargetMaintenanceResponse implements TargetMaintenance {
  @ApiProperty({ description: 'window@date' }) occurrence!: string;
  @ApiProperty({ format: 'date-time', description: 'Planned end.' }) until!: string;
  @ApiProperty({ enum: WINDOW_KINDS }) kind!: WindowKind;
  @ApiProperty() title!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Who scheduled it.' }) by!: string | null;
}

export class PlacementReasonResponse implements TargetPlacement {
  @ApiProperty({ enum: PLACEMENT_REASONS }) reason!: PlacementReason;
  @ApiProperty({ example: '2 of 3 agents: eligible agents are at their capacity' }) text!: string;
  @ApiProperty({ ...COUNT, description: 'Agents that the tier asks for; or regions, or providers, as the reason.' })
  wanted!: number;
  @ApiProperty({ ...COUNT, description: 'The same, of which the target has.' }) placed!: number;
}

export class TargetResponse implements TargetView {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ type: 'integer', description: 'Never reused; identifies the target in results and events.' })
  key!: number;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ type: 'string', nullable: true }) name!: string | null;
  @ApiProperty(TAGS_SCHEMA) tags!: Record<string, string>;
  @ApiProperty() tier!: string;
  @ApiProperty({ description: 'Whether no agent probes the target.' }) paused!: boolean;
  @ApiProperty({ type: [TargetParentResponse], description: 'The targets that it depends on.' })
  parents!: TargetParentResponse[];
  @ApiProperty({ type: 'string', nullable: true }) notes!: string | null;
  @ApiProperty({ type: 'string', nullable: true }) owner!: string | null;
  @ApiProperty({ format: 'date-time' }) registeredAt!: string;
  @ApiProperty({ type: 'integer', description: 'Version of the target; also its ETag.' }) version!: number;
  @ApiProperty({ enum: STATUSES }) status!: Status;
  @ApiProperty({
    type: 'string',
    enum: SHOWN_REASONS,
    nullable: true,
    description:
      'Null until the target is judged for the first time. not_judged: its shard has not been judged for three intervals of its tier.',
  })
  reason!: ShownReason | null;
  @ApiProperty({ type: 'string', format: 'date-time', nullable: true }) since!: string | null;
  @ApiProperty({
    type: 'string',
    format: 'date-time',
    nullable: true,
    description:
      'Last success before the latest status change. A target that is up has newer successes: see its status.',
  })
  lastSuccessAt!: string | null;
  @ApiProperty({ ...AS_OF, description: "Time up to which the target's shard has judged." }) asOf!: string | null;
  @ApiProperty({
    type: () => PlacementReasonResponse,
    nullable: true,
    description:
      'Why the target is not placed as its tier asks, as last decided: a change of the target is evaluated shortly afterwards. Null if it is ' +
      'placed as asked, or paused.',
  })
  placement!: PlacementReasonResponse | null;

  @ApiProperty({
    type: () => TargetMaintenanceResponse,
    nullable: true,
    description: 'The open occurrence of maintenance that the target is in and that ends last; null if it is in none.',
  })
  maintenance!: TargetMaintenanceResponse | null;
}
