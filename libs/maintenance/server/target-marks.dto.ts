import {
  MARKS_KEYS_MAX,
  type TargetMaintenance,
  type TargetMarkList,
  WINDOW_KINDS,
  type WindowKind,
} from '@icmp-mon/maintenance/contract';
import { KeysParameter } from '@icmp-mon/platform/http';
import { ApiProperty } from '@nestjs/swagger';

export class ReadTargetMarksRequest {
  @KeysParameter(MARKS_KEYS_MAX)
  keys!: number[];
}

class MarkResponse implements TargetMaintenance {
  @ApiProperty({ description: 'window@date' }) occurrence!: string;
  @ApiProperty({ format: 'date-time', description: 'Planned end.' }) until!: string;
  @ApiProperty({ enum: WINDOW_KINDS }) kind!: WindowKind;
  @ApiProperty() title!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Who scheduled it.' }) by!: string | null;
}

class TargetMarkResponse {
  @ApiProperty({ type: 'integer', example: 1 }) key!: number;
  @ApiProperty({ type: MarkResponse, nullable: true }) maintenance!: MarkResponse | null;
}

export class TargetMarkListResponse implements TargetMarkList {
  @ApiProperty({ type: [TargetMarkResponse], description: 'In the order of the keys.' }) items!: TargetMarkResponse[];
}
