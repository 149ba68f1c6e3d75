import type { MemberChange, TargetChange, TargetChangePage } from '@icmp-mon/targets/contract';
import { WholeNumberParameter, MayBeAbsent } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { TargetReferenceRequest } from '../targets.dto';

const LIMIT_MAX = 500;
const TEXT = { type: 'string', nullable: true } as const;

export class ListVersionsRequest extends TargetReferenceRequest {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: LIMIT_MAX, description: '100 unless set.' })
  @MayBeAbsent()
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  limit?: number;

  @ApiPropertyOptional({ description: 'The `next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;
}

class MemberChangeResponse implements MemberChange {
  @ApiProperty({ description: 'name, tier, paused, notes, owner, parent, or tag: and the key.', example: 'tag:site' })
  member!: string;
  @ApiProperty(TEXT) from!: string | null;
  @ApiProperty(TEXT) to!: string | null;
  @ApiPropertyOptional({ description: 'Address of a parent, also of a removed one.' }) ip?: string;
}

class TargetChangeResponse implements TargetChange {
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty({ type: 'integer', description: 'Version that the change made.' }) version!: number;
  @ApiProperty({ enum: ['registered', 'changed', 'removed', 'erased'] }) kind!: TargetChange['kind'];
  @ApiProperty({ type: 'string', format: 'date-time' }) at!: string;
  @ApiProperty({ description: 'user:<id>, api-key:<id>, or a part of the product.' }) by!: string;
  @ApiProperty({ ...TEXT, description: 'Name of the user or API key.' }) byName!: string | null;
  @ApiProperty({ type: [MemberChangeResponse] }) changes!: MemberChangeResponse[];
}

export class TargetChangePageResponse implements TargetChangePage {
  @ApiProperty({ type: [TargetChangeResponse] }) items!: TargetChangeResponse[];
  @ApiProperty({ type: 'string', nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
}
