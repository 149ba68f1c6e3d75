import { type Anchors, ANCHORS_MAX, type SetAnchorsRequest as SetAnchorsBody } from '@icmp-mon/agents/contract';
import { ApiProperty } from '@nestjs/swagger';
import { ArrayMaxSize, IsArray, IsString, MaxLength } from 'class-validator';

/** Longer than any address. */
const ADDRESS_LENGTH_MAX = 64;

export class SetAnchorsRequest implements SetAnchorsBody {
  @ApiProperty({
    ...{ type: [String], maxItems: ANCHORS_MAX, example: ['192.0.2.1', '2001:db8::1'] },
    description: 'Full IPv4 or IPv6 addresses, no names; an empty list removes the anchors.',
  })
  @IsArray()
  @ArrayMaxSize(ANCHORS_MAX)
  @IsString({ each: true })
  @MaxLength(ADDRESS_LENGTH_MAX, { each: true })
  ips!: string[];
}

export class AnchorsResponse implements Anchors {
  @ApiProperty({ type: [String], description: 'Addresses in canonical form.' }) ips!: string[];
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null until they were first set.' })
  changedAt!: string | null;
  @ApiProperty({ description: '0 until they were first set.' }) version!: number;
}
