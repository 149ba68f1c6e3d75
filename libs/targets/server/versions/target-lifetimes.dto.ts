import type { TargetLifetime, TargetLifetimes } from '@icmp-mon/targets/contract';
import { ApiProperty } from '@nestjs/swagger';

const TEXT = { type: 'string', nullable: true } as const;

class TargetLifetimeResponse implements TargetLifetime {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ type: 'string', format: 'date-time' }) registeredAt!: string;
  @ApiProperty({ ...TEXT, format: 'date-time', description: 'Null while it exists.' }) removedAt!: string | null;
  @ApiProperty({ ...TEXT, description: 'user:<id>, api-key:<id>, or a part of the product.' })
  removedBy!: string | null;
  @ApiProperty({ ...TEXT, description: 'Name of the user or API key.' }) removedByName!: string | null;
}

export class TargetLifetimesResponse implements TargetLifetimes {
  @ApiProperty({ type: [TargetLifetimeResponse], description: 'Newest first.' }) items!: TargetLifetimeResponse[];
}
