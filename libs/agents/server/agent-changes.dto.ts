import type * as contract from '@icmp-mon/agents/contract';
import {
  AGENT_NAME,
  AGENT_NAME_LENGTH_MAX,
  AGENT_PLACE_LENGTH_MAX,
  AGENT_STATES,
  AGENT_TAGS,
  type AgentState,
  CAPACITY_PPS_MAX,
  type ChangedAgent,
  type DescribedAgent,
  type OperatorField,
  REASON_LENGTH_MAX,
} from '@icmp-mon/agents/contract';
import { IsPlainText, IsTagChanges, MayBeAbsent, MayBeNull } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsInt, IsString, Length, Matches, Max, Min } from 'class-validator';
import { CAPACITY, SET_BY_OPERATOR } from './agents.dto';

export class ChangeAgentRequest implements contract.ChangeAgentRequest {
  @ApiPropertyOptional({
    minLength: 1,
    maxLength: REASON_LENGTH_MAX,
    description: "Reason, shown in the audit log and on the agent's page.",
  })
  @MayBeAbsent()
  @Length(1, REASON_LENGTH_MAX)
  @IsPlainText()
  reason?: string;
}

export class RetireAgentRequest extends ChangeAgentRequest {
  @ApiPropertyOptional({
    default: false,
    description: 'Retire immediately, without waiting until it holds no targets and its spool is shipped.',
  })
  @MayBeAbsent()
  @IsBoolean()
  force?: boolean;
}

export class ChangeAgentDescriptionRequest implements contract.ChangeAgentDescriptionRequest {
  @ApiPropertyOptional({ minLength: 1, maxLength: AGENT_NAME_LENGTH_MAX, pattern: AGENT_NAME.source })
  @MayBeAbsent()
  @IsString()
  @Length(1, AGENT_NAME_LENGTH_MAX)
  @Matches(AGENT_NAME)
  name?: string;

  @ApiPropertyOptional({ minLength: 1, maxLength: AGENT_PLACE_LENGTH_MAX })
  @MayBeAbsent()
  @IsString()
  @Length(1, AGENT_PLACE_LENGTH_MAX)
  @IsPlainText()
  region?: string;

  @ApiPropertyOptional({
    ...{ type: String, nullable: true, minLength: 1, maxLength: AGENT_PLACE_LENGTH_MAX },
    description: "Null: the provider of the agent's own settings applies from its next start.",
  })
  @MayBeNull()
  @IsString()
  @Length(1, AGENT_PLACE_LENGTH_MAX)
  @IsPlainText()
  provider?: string | null;

  @ApiPropertyOptional({
    ...{
      type: 'object',
      additionalProperties: { type: 'string', nullable: true },
      example: { site: 'fra', rack: null },
    },
    description:
      "Absent tags stay unchanged; null removes a tag. A tag that the agent's own settings contain returns with its next start.",
  })
  @MayBeAbsent()
  @IsTagChanges(AGENT_TAGS)
  tags?: Record<string, string | null>;

  @ApiPropertyOptional({ ...CAPACITY, minimum: 1, maximum: CAPACITY_PPS_MAX })
  @MayBeNull()
  @IsInt()
  @Min(1)
  @Max(CAPACITY_PPS_MAX)
  capacityPps?: number | null;
}

export class DescribedAgentResponse implements DescribedAgent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty() region!: string;
  @ApiProperty() provider!: string;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' } }) tags!: Record<string, string>;
  @ApiProperty(CAPACITY) capacityPps!: number | null;
  @ApiProperty(SET_BY_OPERATOR) setByOperator!: OperatorField[];
  @ApiProperty() version!: number;
}

export class ChangedAgentResponse implements ChangedAgent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: AGENT_STATES }) state!: AgentState;
  @ApiProperty() thenRetire!: boolean;
  @ApiProperty() version!: number;
}
