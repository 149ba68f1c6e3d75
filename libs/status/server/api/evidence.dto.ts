import { CHECK_TYPES, type CheckType } from '@icmp-mon/probing/contract';
import { MayBeAbsent, TIME_TEXT_LENGTH_MAX, WholeNumberParameter } from '@icmp-mon/platform/http';
import { CURSOR_LENGTH_MAX } from '@icmp-mon/platform/paging';
import {
  CHECK_REASONS,
  CHECK_STATUSES,
  type CheckReason,
  type CheckStatus,
  type EvidenceAgent,
  type EvidenceEntry,
  type EvidencePage,
  type OpenEvidence,
  SHOWN_CHECK_REASONS,
  type ShownCheckReason,
} from '@icmp-mon/status/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsString, Length, Max, Min } from 'class-validator';
import { ReadTargetStatusRequest } from './status.dto';
import { CheckAnswerResponse, LIMIT_DEFAULT, LIMIT_MAX, PORT } from './validation.dto';

export class ListEvidenceRequest extends ReadTargetStatusRequest {
  @ApiPropertyOptional({
    description: 'Maximum number per page.',
    minimum: 1,
    maximum: LIMIT_MAX,
    default: LIMIT_DEFAULT,
  })
  @WholeNumberParameter()
  @IsInt()
  @Min(1)
  @Max(LIMIT_MAX)
  limit: number = LIMIT_DEFAULT;

  @ApiPropertyOptional({ description: '`next` of the previous page.', minLength: 1, maxLength: CURSOR_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, CURSOR_LENGTH_MAX)
  cursor?: string;
}

export class ExportEvidenceRequest extends ReadTargetStatusRequest {
  @ApiPropertyOptional({
    description: 'Entries that end after this time: ISO 8601, a date, or now-7d.',
    ...{ example: 'now-30d', minLength: 1, maxLength: TIME_TEXT_LENGTH_MAX },
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  from?: string;

  @ApiPropertyOptional({
    description: 'Entries that begin before this time.',
    ...{ minLength: 1, maxLength: TIME_TEXT_LENGTH_MAX },
  })
  @MayBeAbsent()
  @IsString()
  @Length(1, TIME_TEXT_LENGTH_MAX)
  to?: string;
}

export class EvidenceAgentResponse implements EvidenceAgent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty() region!: string;
  @ApiProperty({ description: 'Probes that arrived in time.' }) probes!: number;
  @ApiProperty({ description: 'Of these: failed, with an answered control probe of the agent in that interval.' })
  proven!: number;
  @ApiProperty({ description: 'Of these: answered.' }) answered!: number;
  @ApiProperty({ description: 'Probes that were not sent; not included in `probes`.' }) notSent!: number;
}

export class EvidenceEntryResponse implements EvidenceEntry {
  @ApiProperty({ format: 'uuid' }) target!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty() tier!: string;
  @ApiProperty({ description: 'Number of the check in its tier.' }) check!: number;
  @ApiProperty({ enum: CHECK_TYPES }) type!: CheckType;
  @ApiProperty(PORT) port!: number | null;
  @ApiProperty({ description: 'Shard, and number of the change with which the log began.', example: '3:118' })
  chain!: string;
  @ApiProperty({ description: 'From 1, without gaps.' }) entry!: number;
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ format: 'date-time', description: 'Exclusive; `from` of the next entry.' }) until!: string;
  @ApiProperty({ enum: CHECK_STATUSES }) status!: CheckStatus;
  @ApiProperty({ enum: CHECK_REASONS }) reason!: CheckReason;
  @ApiProperty({ description: 'Interval of the tier.' }) intervalMs!: number;
  @ApiProperty({ type: Number, nullable: true, description: 'Longest time between two proving probes.' })
  longestPauseMs!: number | null;
  @ApiProperty({ type: [EvidenceAgentResponse] }) agents!: EvidenceAgentResponse[];
  @ApiProperty({ type: [CheckAnswerResponse], description: 'The first 20 answers.' }) answers!: CheckAnswerResponse[];
  @ApiProperty({ description: 'Number of further answers.' }) answersMore!: number;
  @ApiProperty({ description: 'Hash of the entry before; 64 zeros in the first one.' }) previous!: string;
  @ApiProperty({ description: 'SHA-256, in hex, of the JSON text of the line without this member.' }) hash!: string;
}

export class OpenEvidenceResponse implements OpenEvidence {
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ enum: CHECK_STATUSES }) status!: CheckStatus;
  @ApiProperty({ enum: SHOWN_CHECK_REASONS }) reason!: ShownCheckReason;
  @ApiProperty({ description: 'Number of agents with probes.' }) agents!: number;
  @ApiProperty({ description: 'Of all agents, like the others.' }) probes!: number;
  @ApiProperty() proven!: number;
  @ApiProperty() answered!: number;
  @ApiProperty() notSent!: number;
}

export class EvidencePageResponse implements EvidencePage {
  @ApiProperty({ type: [EvidenceEntryResponse] }) items!: EvidenceEntryResponse[];
  @ApiProperty({
    ...{ type: OpenEvidenceResponse, nullable: true },
    description:
      'Totals of the entry that is not written yet, up to five minutes late; null on further pages, and for a check that was removed.',
  })
  open!: OpenEvidenceResponse | null;
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
}
