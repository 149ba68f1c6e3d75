import type * as contract from '@icmp-mon/maintenance/contract';
import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { TOKEN_LENGTH } from './calendar/calendar-token';

const TIME_OR_NULL = { type: String, format: 'date-time', nullable: true } as const;

export class CalendarRequest {
  @ApiProperty({ minLength: 1, maxLength: TOKEN_LENGTH, description: 'Token of the feed.' })
  @IsString()
  @Length(1, TOKEN_LENGTH)
  token!: string;
}

export class CalendarTokenResponse implements contract.CalendarTokenView {
  @ApiProperty({ ...TIME_OR_NULL, description: 'Null without a token.' }) issuedAt!: string | null;
  @ApiProperty({ ...TIME_OR_NULL, description: 'Accurate to one minute.' }) lastUsedAt!: string | null;
}

export class IssuedCalendarTokenResponse implements contract.IssuedCalendarToken {
  @ApiProperty({ description: 'Only this response contains it.' }) token!: string;
  @ApiProperty({ description: 'Address of the feed on this server, with the token.' }) path!: string;
  @ApiProperty({ format: 'date-time' }) issuedAt!: string;
}
