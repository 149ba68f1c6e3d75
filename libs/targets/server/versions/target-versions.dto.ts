import type { TargetVersion, TargetVersionPage } from '@icmp-mon/targets/contract';
import { ApiProperty } from '@nestjs/swagger';

const TIME = { type: 'string', format: 'date-time' } as const;
const TEXT = { type: 'string', nullable: true } as const;

export class TargetVersionResponse implements TargetVersion {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ type: 'integer' }) key!: number;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty(TEXT) name!: string | null;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, example: { site: 'fra' } })
  tags!: Record<string, string>;
  @ApiProperty() tier!: string;
  @ApiProperty() paused!: boolean;
  @ApiProperty({ type: [String], format: 'uuid', description: 'Ids of the targets that it depended on.' })
  parents!: string[];
  @ApiProperty(TEXT) notes!: string | null;
  @ApiProperty(TEXT) owner!: string | null;
  @ApiProperty(TIME) registeredAt!: string;
  @ApiProperty({ type: 'integer' }) version!: number;
  @ApiProperty({ ...TIME, description: 'Start of the version.' }) validFrom!: string;
  @ApiProperty({
    ...TIME,
    nullable: true,
    description:
      'End of the version, exclusive; null for the current version. An end of the last seconds may still be missing.',
  })
  validTo!: string | null;
}

export class TargetVersionPageResponse implements TargetVersionPage {
  @ApiProperty({ ...TIME, description: 'The time whose inventory this is; pass it with the cursor.' }) at!: string;
  @ApiProperty({ type: [TargetVersionResponse] }) items!: TargetVersionResponse[];
  @ApiProperty({ type: 'string', nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
  @ApiProperty({ type: 'integer', description: 'Targets that match the filter, over all pages.' }) total!: number;
}
