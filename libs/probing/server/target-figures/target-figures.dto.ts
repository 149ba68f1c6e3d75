import { KeysParameter } from '@icmp-mon/platform/http';
import { FIGURES_KEYS_MAX, STRIP_CELLS, type TargetFigures, type TargetFiguresPage } from '@icmp-mon/probing/contract';
import { ApiProperty } from '@nestjs/swagger';

export class ReadTargetFiguresRequest {
  @KeysParameter(FIGURES_KEYS_MAX)
  keys!: number[];
}

export class TargetFiguresResponse implements TargetFigures {
  @ApiProperty({ type: 'integer', example: 1 }) key!: number;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Microseconds: median over its agents of the latest reply of each agent in the last 5 minutes.',
    example: 12_300,
  })
  rttUs!: number | null;

  @ApiProperty({
    type: 'integer',
    nullable: true,
    description: 'Microseconds: median of all replies of the last 24 hours, within 2 %.',
    example: 12_100,
  })
  medianRttUs!: number | null;

  @ApiProperty({ type: 'number', nullable: true, description: 'lost / sent of the last 5 minutes.', example: 0 })
  lossRatio!: number | null;

  @ApiProperty({
    type: 'array',
    items: { type: 'number', nullable: true },
    minItems: STRIP_CELLS,
    maxItems: STRIP_CELLS,
    description: `lost / sent in each of the last ${STRIP_CELLS} minutes, oldest first; null for minutes without measurements.`,
  })
  strip!: (number | null)[];
}

export class TargetFiguresPageResponse implements TargetFiguresPage {
  @ApiProperty({ format: 'date-time', description: 'End of the last cell of the strips.' }) until!: string;
  @ApiProperty({ type: 'integer', description: 'Length of a cell in milliseconds.', example: 60_000 }) cellMs!: number;
  @ApiProperty({ type: [TargetFiguresResponse], description: 'In the order of the keys.' })
  items!: TargetFiguresResponse[];
}
