import { LIVE_COMMANDS_MAX } from '@icmp-mon/commands/contract';
import { LIVE_TARGETS_MAX } from '@icmp-mon/targets/contract';
import { MayBeAbsent } from '@icmp-mon/platform/http';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { IsString, MaxLength } from 'class-validator';

const EVENT_ID_LENGTH_MAX = 256;
/** Characters of a comma-separated list of twice the allowed ids, so that too many ids are refused with their number. */
const LIVE_IDS_LENGTH_MAX = LIVE_TARGETS_MAX * 2 * 37;
const COMMAND_IDS_LENGTH_MAX = LIVE_COMMANDS_MAX * 2 * 37;

export class FollowListRequest {
  @ApiPropertyOptional({
    maxLength: LIVE_IDS_LENGTH_MAX,
    description: `Comma-separated ids of at most ${LIVE_TARGETS_MAX} targets whose results are streamed too.`,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(LIVE_IDS_LENGTH_MAX)
  live?: string;

  @ApiPropertyOptional({
    maxLength: COMMAND_IDS_LENGTH_MAX,
    description: `Comma-separated ids of at most ${LIVE_COMMANDS_MAX} commands that are followed too.`,
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(COMMAND_IDS_LENGTH_MAX)
  commands?: string;

  @ApiPropertyOptional({
    maxLength: EVENT_ID_LENGTH_MAX,
    description: 'For clients that cannot send Last-Event-ID.',
  })
  @MayBeAbsent()
  @IsString()
  @MaxLength(EVENT_ID_LENGTH_MAX)
  lastEventId?: string;
}
