import type { AgentLane, AgentLanesPage } from '@icmp-mon/probing/contract';
import { ApiProperty } from '@nestjs/swagger';
import { HistoryRangeRequest } from './history.dto';

export class ReadAgentLanesRequest extends HistoryRangeRequest {}

export class AgentLaneResponse implements AgentLane {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty() agentName!: string;
  @ApiProperty({ type: [Number], description: 'By window; 0: the agent did not measure the target then.' })
  sent!: number[];
  @ApiProperty({ type: [Number], description: 'By window.' }) lost!: number[];
  @ApiProperty({
    type: 'array',
    items: { type: 'integer', nullable: true },
    description: 'Median by window, microseconds; null without a reply.',
  })
  rttP50Us!: (number | null)[];
}

export class AgentLanesResponse implements AgentLanesPage {
  @ApiProperty({ format: 'date-time', description: 'Start of the first window.' }) from!: string;
  @ApiProperty({ description: 'Length of the windows.' }) windowMs!: number;
  @ApiProperty({ description: 'Number of windows.' }) windows!: number;
  @ApiProperty({ type: [AgentLaneResponse], description: 'By name.' }) agents!: AgentLaneResponse[];
}
