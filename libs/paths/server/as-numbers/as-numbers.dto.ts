import type { AsNumbersFile } from '@icmp-mon/paths/contract';
import { ApiProperty } from '@nestjs/swagger';

class RunningImportResponse {
  @ApiProperty({ format: 'date-time' }) startedAt!: string;
  @ApiProperty({ type: 'integer', description: 'Lines that are stored so far.' }) lines!: number;
}

export class AsNumbersFileResponse implements AsNumbersFile {
  @ApiProperty({ type: 'integer', description: 'Lines that have an AS number.' }) lines!: number;
  @ApiProperty({ type: 'integer', description: 'A range becomes one or several prefixes. 0: there are none.' })
  prefixes!: number;

  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Null until a file was imported.' })
  changedAt!: string | null;

  @ApiProperty({ type: RunningImportResponse, nullable: true, description: 'The import that runs.' })
  running!: RunningImportResponse | null;

  @ApiProperty({ type: 'integer' }) version!: number;
}
