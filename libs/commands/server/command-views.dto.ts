import { AGENT_CONNECTIONS, type AgentConnection } from '@icmp-mon/agents/contract';
import type * as contract from '@icmp-mon/commands/contract';
import {
  COMMAND_AGENT_STATES,
  COMMAND_KINDS,
  COMMAND_STATES,
  type CommandAgentState,
  type CommandKind,
  type CommandState,
} from '@icmp-mon/commands/contract';
import type { Trace } from '@icmp-mon/paths/contract';
import { type DnsFacts, type HttpPhases, OUTCOME_NAMES, type OutcomeName } from '@icmp-mon/probing/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { CommandParametersRequest } from './commands.dto';

const INSTANT = { type: 'string', format: 'date-time' } as const;

class CommandCountsResponse implements contract.CommandCounts {
  @ApiProperty({ type: 'integer' }) waiting!: number;
  @ApiProperty({ type: 'integer' }) running!: number;
  @ApiProperty({ type: 'integer' }) completed!: number;
  @ApiProperty({ type: 'integer' }) failed!: number;
  @ApiProperty({ type: 'integer' }) expired!: number;
  @ApiProperty({ type: 'integer' }) cancelled!: number;
}

const PHASE = { type: 'integer', nullable: true } as const;

class AttemptPhasesResponse implements HttpPhases {
  @ApiProperty({ ...PHASE, description: 'Until the TCP connection was established.' }) connectUs!: number | null;
  @ApiProperty({ ...PHASE, description: 'Until the TLS handshake was complete.' }) tlsUs!: number | null;
  @ApiProperty({ ...PHASE, description: 'Until the first byte of the response.' }) firstByteUs!: number | null;
  @ApiProperty({ ...PHASE, description: 'Until the body was read.' }) totalUs!: number | null;
  @ApiProperty({ ...INSTANT, nullable: true, description: 'Null without TLS.' }) certificateEndsAt!: string | null;
}

class AttemptDnsResponse implements DnsFacts {
  @ApiProperty({ description: 'Name of the response code.', example: 'NOERROR' }) rcode!: string;
  @ApiProperty({ type: [String], description: 'Data of the first records of the type asked for.' }) records!: string[];
}

class ProbeAttemptResponse implements contract.ProbeAttempt {
  @ApiProperty({ ...INSTANT, description: "By the agent's clock." }) sentAt!: string;
  @ApiProperty({ enum: OUTCOME_NAMES }) outcome!: OutcomeName;
  @ApiProperty({ type: 'number', nullable: true, description: 'Round trip in µs; null without a reply.' })
  rttUs!: number | null;

  @ApiPropertyOptional({ type: 'integer', description: 'http: status of the response.' }) httpStatus?: number;
  @ApiPropertyOptional({
    ...{ type: AttemptPhasesResponse, description: 'http: µs since the start; null for a phase that was not reached.' },
  })
  phases?: AttemptPhasesResponse;

  @ApiPropertyOptional({ type: AttemptDnsResponse, description: 'dns: the answer.' }) dns?: AttemptDnsResponse;
}

const PROBE = {
  nullable: true,
  oneOf: [
    { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 },
    { type: 'string', enum: ['lost', 'waiting'] },
  ],
  description:
    'A pair: the answer came from the address with this index, after this many µs. waiting: an answer may still come. null: no data.',
};

const RTT = { type: 'number', nullable: true, description: 'µs; null without a reply.' } as const;

class AttemptSummaryResponse implements contract.AttemptSummary {
  @ApiProperty({ type: 'integer' }) sent!: number;
  @ApiProperty({ type: 'integer' }) replies!: number;
  @ApiProperty({ type: 'number', description: 'Share of the sent probes without a reply, 0 to 1.' }) loss!: number;
  @ApiProperty(RTT) rttMinUs!: number | null;
  @ApiProperty(RTT) rttMeanUs!: number | null;
  @ApiProperty(RTT) rttMaxUs!: number | null;
}

class CommandTraceResponse implements Trace {
  @ApiProperty() target!: string;
  @ApiProperty({ type: 'integer', description: "ms since 1970, by the agent's clock." }) startedAtMs!: number;
  @ApiProperty({ type: [String], description: 'Addresses that answered.' }) addresses!: readonly string[];
  @ApiProperty({
    ...{ type: 'array', items: { type: 'array', items: PROBE } },
    description: 'By round the probes with the hop limits 1, 2, 3, …',
  })
  rounds!: Trace['rounds'];
}

class CommandAgentResponse implements contract.CommandAgent {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty() name!: string;
  @ApiProperty() region!: string;
  @ApiProperty() provider!: string;
  @ApiProperty({ enum: COMMAND_AGENT_STATES }) state!: CommandAgentState;
  @ApiProperty({
    enum: AGENT_CONNECTIONS,
    description: 'When the command was requested: an agent that is not connected probably receives it too late.',
  })
  connection!: AgentConnection;

  @ApiProperty({ type: String, nullable: true, description: 'Why the agent failed, as a word: refused, expired, …' })
  reason!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The same as a sentence; also for an agent that is away.' })
  detail!: string | null;

  @ApiProperty({ ...INSTANT, nullable: true }) receivedAt!: string | null;
  @ApiProperty({ ...INSTANT, nullable: true }) endedAt!: string | null;
  @ApiProperty({ type: [ProbeAttemptResponse] }) attempts!: ProbeAttemptResponse[];
  @ApiProperty({ type: AttemptSummaryResponse, nullable: true }) summary!: AttemptSummaryResponse | null;

  @ApiProperty({
    ...{ type: CommandTraceResponse, nullable: true },
    description: 'Of mtr: what is known so far, also of a trace that ended early. Null before the first answer.',
  })
  trace!: CommandTraceResponse | null;

  @ApiProperty({
    ...{ type: 'object', additionalProperties: { type: 'string' } },
    description: 'Of mtr: host names by address, as far as the agent knows them.',
  })
  names!: contract.HopNames;
}

class CommandFactsResponse {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ enum: COMMAND_KINDS }) kind!: CommandKind;
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty({ type: CommandParametersRequest }) parameters!: CommandParametersRequest;
  @ApiProperty({ type: 'integer', description: 'Probes per agent; of mtr rounds.' }) count!: number;
  @ApiProperty({ type: 'integer' }) timeoutMs!: number;
  @ApiProperty({ enum: COMMAND_STATES }) state!: CommandState;
  @ApiProperty() requestedBy!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Name of the user or API key.' })
  requestedByName!: string | null;

  @ApiProperty(INSTANT) requestedAt!: string;
  @ApiProperty(INSTANT) expiresAt!: string;
  @ApiProperty({ ...INSTANT, nullable: true }) endedAt!: string | null;
}

class CommandSummaryResponse extends CommandFactsResponse implements contract.CommandSummary {
  @ApiProperty({ type: CommandCountsResponse, description: 'Agents by state.' }) agents!: CommandCountsResponse;
}

export class CommandListResponse {
  @ApiProperty({ type: [CommandSummaryResponse], description: 'Newest first.' }) items!: CommandSummaryResponse[];
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
}

export class CommandResponse extends CommandFactsResponse implements contract.CommandView {
  @ApiProperty({ type: CommandCountsResponse, description: 'Agents by state.' }) counts!: CommandCountsResponse;
  @ApiProperty({ type: [CommandAgentResponse], description: 'By name.' }) agents!: CommandAgentResponse[];
  @ApiProperty({ type: 'integer', description: 'Rises with each change.' }) change!: number;
}

class TrailLineResponse implements contract.TrailLine {
  @ApiProperty({ type: 'number', description: 'Time since the agent received the command, in ms.' }) afterMs!: number;
  @ApiProperty() text!: string;
}

export class CommandTrailResponse implements contract.CommandTrail {
  @ApiProperty({
    ...{ type: [TrailLineResponse], nullable: true },
    description: 'Null: not stored yet, or deleted after 24 hours.',
  })
  lines!: TrailLineResponse[] | null;
}
