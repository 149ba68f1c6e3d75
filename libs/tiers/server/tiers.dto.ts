import { CHECK_TYPES, type CheckType } from '@icmp-mon/probing/contract';
import type {
  AgentSelection,
  CheckDefinition,
  Diversity,
  Expectation,
  TierView,
  VerdictRule,
} from '@icmp-mon/tiers/contract';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

const TAGS_SCHEMA = { type: 'object', additionalProperties: { type: 'string' } } as const;

class CheckResponse implements CheckDefinition {
  @ApiProperty({ type: 'integer' }) check!: number;
  @ApiProperty({ enum: CHECK_TYPES }) type!: CheckType;
  @ApiProperty({ enum: ['reachable', 'unreachable'] }) expect!: Expectation;
  @ApiPropertyOptional({ type: 'integer' }) port?: number;
  @ApiPropertyOptional({ enum: ['http', 'https'] }) scheme?: 'http' | 'https';
  @ApiPropertyOptional() path?: string;
  @ApiPropertyOptional({ type: 'integer' }) status?: number;
  @ApiPropertyOptional() queryName?: string;
  @ApiPropertyOptional({ enum: ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'SOA', 'TXT'] }) queryType?: NonNullable<
    CheckDefinition['queryType']
  >;
}

class DiversityResponse implements Diversity {
  @ApiProperty({ type: 'integer' }) minRegions!: number;
  @ApiProperty({ type: 'integer' }) minProviders!: number;
}

class AgentSelectionResponse implements AgentSelection {
  @ApiProperty({ enum: ['all', 'distributed'] }) strategy!: AgentSelection['strategy'];
  @ApiProperty({ type: 'integer', description: 'Number of agents per target, for distributed.' }) count!: number;
  @ApiProperty({ type: [String] }) regions!: string[];
  @ApiProperty(TAGS_SCHEMA) requireTags!: Record<string, string>;
  @ApiProperty(TAGS_SCHEMA) excludeTags!: Record<string, string>;
  @ApiProperty({ type: DiversityResponse }) diversity!: DiversityResponse;
}

class VerdictRuleResponse implements VerdictRule {
  @ApiProperty({ type: 'integer' }) missesToFail!: number;
  @ApiProperty({ type: 'integer' }) successesToRecover!: number;
  @ApiProperty({
    oneOf: [
      { type: 'string', enum: ['majority'] },
      { type: 'integer', minimum: 1 },
    ],
  })
  quorum!: VerdictRule['quorum'];
}

export class TierResponse implements TierView {
  @ApiProperty() name!: string;
  @ApiProperty() builtIn!: boolean;
  @ApiProperty({ type: 'integer', description: "Version of the tier's stream, also its ETag." }) version!: number;
  @ApiProperty({ type: 'integer' }) targetCount!: number;
  @ApiProperty({ type: 'integer' }) probeIntervalMs!: number;
  @ApiProperty({ type: 'integer' }) probeTimeoutMs!: number;
  @ApiProperty({ type: [CheckResponse] }) checks!: CheckResponse[];
  @ApiProperty({ type: AgentSelectionResponse }) agentSelection!: AgentSelectionResponse;
  @ApiProperty({ type: VerdictRuleResponse }) verdictRule!: VerdictRuleResponse;
}

export class TierListResponse {
  @ApiProperty({ type: [TierResponse] }) items!: TierResponse[];
}
