import type * as contract from '@icmp-mon/agents/contract';
import { AGENT_STATES, type AgentState, type ChangedAgent, REASON_LENGTH_MAX } from '@icmp-mon/agents/contract';
import { IsPlainText, MayBeAbsent } from '@icmp-mon/platform/http';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, Length } from 'class-validator';

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

export class ChangedAgentResponse implements ChangedAgent {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: AGENT_STATES }) state!: AgentState;
  @ApiProperty() thenRetire!: boolean;
  @ApiProperty() version!: number;
}
