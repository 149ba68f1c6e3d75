import {
  type AgentPolicyView,
  type PolicyLists,
  PROBE_KINDS,
  type ProbeKind,
  type StoredAgentPolicy,
} from '@icmp-mon/agents/contract';
import { ApiExtraModels, ApiProperty, ApiPropertyOptional, getSchemaPath } from '@nestjs/swagger';

const ALLOWED = 'Null: all that are not denied.';
const OLDER = 'Missing in the report of an older agent.';

class PolicyListsResponse implements PolicyLists {
  @ApiProperty({ type: [String], nullable: true, description: ALLOWED }) allow!: string[] | null;
  @ApiProperty({ type: [String] }) deny!: string[];
}

@ApiExtraModels(PolicyListsResponse)
class StoredAgentPolicyResponse implements StoredAgentPolicy {
  @ApiProperty({ format: 'date-time', description: 'Time of the report that changed what is stored.' })
  reportedAt!: string;
  @ApiProperty({ type: [String], nullable: true, description: ALLOWED, example: ['10.0.0.0/8'] })
  allow!: string[] | null;
  @ApiProperty({ type: [String], description: 'Contains the ranges that no policy file can allow.' }) deny!: string[];
  @ApiProperty({ description: 'The off switch: true, no target is probed.' }) stopped!: boolean;
  @ApiProperty() packetsPerSecond!: number;
  @ApiPropertyOptional({ description: `Limit for one address. ${OLDER}` }) packetsPerSecondPerAddress?: number;
  @ApiPropertyOptional({
    ...{ type: 'object', additionalProperties: { $ref: getSchemaPath(PolicyListsResponse) } },
    description: `By type of check; a type that is missing may use every port. ${OLDER}`,
  })
  ports?: StoredAgentPolicy['ports'];
  @ApiPropertyOptional({ type: PolicyListsResponse, description: `Names in HTTP requests. ${OLDER}` })
  httpHosts?: PolicyListsResponse;
  @ApiPropertyOptional({
    ...{ enum: PROBE_KINDS, isArray: true, nullable: true },
    description: `Kinds of probes on demand; null: every kind. ${OLDER}`,
  })
  commands?: ProbeKind[] | null;
  @ApiPropertyOptional({ description: 'The file has more entries than fit into a report.' }) isCut?: boolean;
}

export class AgentPolicyResponse implements AgentPolicyView {
  @ApiProperty({ format: 'uuid' }) agentId!: string;
  @ApiProperty({ type: StoredAgentPolicyResponse, nullable: true, description: 'Null: none was reported yet.' })
  reported!: StoredAgentPolicyResponse | null;
}
