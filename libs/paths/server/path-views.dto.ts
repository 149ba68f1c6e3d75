import type * as contract from '@icmp-mon/paths/contract';
import { TRACE_CAUSES, type TraceCause } from '@icmp-mon/paths/contract';
import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';

const INSTANT = { type: 'string', format: 'date-time' } as const;
const PERCENT = { type: 'number', nullable: true } as const;
const NAMES = { type: 'array', items: { type: 'string' } } as const;
const AGENTS = { type: 'array', items: { type: 'string', format: 'uuid' }, description: 'Ids of agents.' } as const;

class OnsetResponse {
  @ApiProperty({ type: 'integer', description: 'Number of the first hop that loses packets, from 1.' }) hop!: number;
  @ApiProperty({ description: 'Over all hops from there on.' }) lossPercent!: number;
  @ApiProperty({ type: 'integer', description: 'Rounds in which packets were lost.' }) rounds!: number;
  @ApiProperty({ description: 'The target answers nothing.' }) terminal!: boolean;
}

const ONSET = {
  type: OnsetResponse,
  nullable: true,
  description: 'Where loss begins; null if there is none.',
} as const;

class TraceSummaryResponse implements contract.StoredTraceSummary {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty({ type: String, nullable: true }) agentName!: string | null;
  @ApiProperty({ enum: TRACE_CAUSES, description: 'Its daily turn, a target that became bad, or a command.' })
  cause!: TraceCause;

  @ApiProperty({ type: String, format: 'uuid', nullable: true }) commandId!: string | null;
  @ApiProperty({ ...INSTANT, description: "By the agent's clock; where that is wrong, when it was received." })
  startedAt!: string;

  @ApiProperty(INSTANT) receivedAt!: string;
  @ApiProperty({ description: 'False if it failed; it may have been measured in part.' }) ok!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'Why it failed, as a word.' }) reason!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'The same as a sentence.' }) detail!: string | null;
  @ApiProperty({ description: 'Whether the target answered.' }) reached!: boolean;
  @ApiProperty({ type: 'integer' }) hops!: number;
  @ApiProperty(ONSET) onset!: OnsetResponse | null;
}

class AsNumberResponse implements contract.AsNumber {
  @ApiProperty({ type: 'integer', example: 64496 }) asn!: number;
  @ApiProperty({ example: 'EXAMPLE-NET' }) name!: string;
}

const PROBE = {
  description:
    'An answer as index of its address and round trip in µs; `lost`; `waiting` for one that could still be answered; null without data.',
  nullable: true,
  anyOf: [
    { type: 'string', enum: ['lost', 'waiting'] },
    { type: 'array', items: { type: 'integer' }, minItems: 2, maxItems: 2 },
  ],
};

class TraceResponse implements contract.Trace {
  @ApiProperty() target!: string;
  @ApiProperty({ type: 'integer', description: "By the agent's clock, ms since 1970." }) startedAtMs!: number;
  @ApiProperty({ ...NAMES, description: 'Addresses that answered.' }) addresses!: readonly string[];
  @ApiProperty({
    ...{ type: 'array', items: { type: 'array', items: PROBE } },
    description: 'One list per round, of one probe per hop.',
  })
  rounds!: contract.Trace['rounds'];
}

@ApiExtraModels(AsNumberResponse)
export class StoredTraceResponse extends TraceSummaryResponse implements contract.StoredTrace {
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty() trace!: TraceResponse;
  @ApiProperty({ type: 'object', additionalProperties: { type: 'string' }, description: 'Names by address.' })
  names!: Record<string, string>;

  @ApiProperty({
    ...{ type: 'object', additionalProperties: { $ref: getSchemaPath(AsNumberResponse) } },
    description: "Networks by address, as far as the operator's file has them.",
  })
  asNumbers!: Record<string, AsNumberResponse>;
}

export class TracePageResponse {
  @ApiProperty({ type: [TraceSummaryResponse] }) items!: TraceSummaryResponse[];
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
}

class PathAgentResponse implements contract.PathAgent {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ description: 'Place whose private addresses the agent sees: its tag site, otherwise its name.' })
  site!: string;

  @ApiProperty({ format: 'uuid' }) traceId!: string;
  @ApiProperty(INSTANT) startedAt!: string;
  @ApiProperty({ enum: TRACE_CAUSES }) cause!: TraceCause;
  @ApiProperty() ok!: boolean;
  @ApiProperty() reached!: boolean;
  @ApiProperty(ONSET) onset!: OnsetResponse | null;
}

const NODE_KINDS = ['agent', 'router', 'gap', 'target'] as const;

class PathNodeResponse implements contract.PathViewNode {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: NODE_KINDS, description: 'gap: hops that do not answer.' }) kind!: (typeof NODE_KINDS)[number];
  @ApiProperty({ description: 'Of a router or the target; otherwise empty.' }) address!: string;
  @ApiProperty({ type: 'integer', description: 'Hops of a gap; 0 if their number is not known.' }) gapHops!: number;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Distance from the target, which is in column 0.' })
  column!: number | null;

  @ApiProperty(AGENTS) agents!: string[];
  @ApiProperty({ type: String, nullable: true }) name!: string | null;
  @ApiProperty({ type: AsNumberResponse, nullable: true }) asNumber!: AsNumberResponse | null;
  @ApiProperty({ ...PERCENT, description: 'Probes that it did not answer; a router may limit its answers.' })
  ownPercent!: number | null;

  @ApiProperty({ ...PERCENT, description: 'Loss of the path up to it.' }) pathPercent!: number | null;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Median round trip in µs.' }) rttUs!: number | null;
}

class PathEdgeResponse implements contract.PathEdge {
  @ApiProperty() from!: string;
  @ApiProperty() to!: string;
  @ApiProperty(AGENTS) agents!: string[];
  @ApiProperty({ type: 'integer', description: 'Rounds of all agents that took it.' }) rounds!: number;
}

class PathLoopResponse implements contract.PathLoop {
  @ApiProperty({ format: 'uuid' }) agent!: string;
  @ApiProperty({ ...NAMES, description: 'From the first to the second pass.' }) nodes!: string[];
}

class BreakResponse implements contract.BreakPoint {
  @ApiProperty({ description: 'Id of a node: packets are lost on the way to it, or behind it.' }) node!: string;
  @ApiProperty({ ...AGENTS, description: 'Agents whose loss it explains.' }) agents!: string[];
  @ApiProperty({ ...AGENTS, description: 'Agents whose packets pass it without loss.' }) against!: string[];
  @ApiProperty({ description: 'Explained agents, divided by all whose paths contain it.' }) hit!: number;
  @ApiProperty({ description: 'Explained agents, divided by all that have loss.' }) coverage!: number;
  @ApiProperty({ type: 'integer', nullable: true, description: 'Hops to the target.' }) distance!: number | null;
}

class BreaksResponse implements contract.BreakReport {
  @ApiProperty({ type: [BreakResponse], description: 'The one that explains most first.' }) breaks!: BreakResponse[];
  @ApiProperty({ ...AGENTS, description: 'Agents with loss that no node explains.' }) unexplained!: string[];
  @ApiProperty({ ...AGENTS, description: 'Agents to which nothing answered.' }) withoutEvidence!: string[];
}

export class PathResponse implements contract.PathView {
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty() ip!: string;
  @ApiProperty() vrf!: string;
  @ApiProperty(INSTANT) at!: string;
  @ApiProperty({ ...INSTANT, description: 'Traces that started before this time have no part in it.' }) from!: string;
  @ApiProperty({ type: [PathAgentResponse], description: 'Agents with a trace, by name.' })
  agents!: PathAgentResponse[];
  @ApiProperty({ type: 'integer', description: 'Agents left out because there are too many.' }) agentsOmitted!: number;
  @ApiProperty({ type: [PathNodeResponse] }) nodes!: PathNodeResponse[];
  @ApiProperty({ type: [PathEdgeResponse] }) edges!: PathEdgeResponse[];
  @ApiProperty({ type: [PathLoopResponse] }) loops!: PathLoopResponse[];
  @ApiProperty() breaks!: BreaksResponse;
}

class PathChangeResponse implements contract.PathChange {
  @ApiProperty() id!: string;
  @ApiProperty({ format: 'uuid' }) targetId!: string;
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty({ type: String, nullable: true }) agentName!: string | null;
  @ApiProperty({ ...INSTANT, description: 'When the trace that showed it started.' }) at!: string;
  @ApiProperty({ format: 'uuid' }) traceId!: string;
  @ApiProperty({ ...NAMES, description: 'Usual addresses that no longer answer although others do.' }) left!: string[];
  @ApiProperty({ ...NAMES, description: 'Addresses of new networks, in place of usual ones.' }) joined!: string[];
}

export class PathChangePageResponse {
  @ApiProperty({ type: [PathChangeResponse] }) items!: PathChangeResponse[];
  @ApiProperty({ type: String, nullable: true, description: 'Cursor of the next page; null on the last page.' })
  next!: string | null;
}
