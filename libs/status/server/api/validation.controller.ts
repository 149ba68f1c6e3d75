import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission, streamedAnswer } from '@icmp-mon/platform/http';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import { ListEvidence } from './list-evidence';
import { ListTargetChecks } from './list-target-checks';
import { ListValidation } from './list-validation';
import { ReadEvidenceExport } from './read-evidence-export';
import { ReadTargetStatusRequest } from './status.dto';
import { EvidencePageResponse, ExportEvidenceRequest, ListEvidenceRequest } from './evidence.dto';
import { ListValidationRequest, TargetChecksResponse, ValidationPageResponse } from './validation.dto';

const NDJSON = 'application/x-ndjson';
const TARGET = { name: 'id', description: 'Id or address of the target.', schema: { type: 'string' as const } };
const CHECK = { name: 'check', description: 'Number of the check in its tier.', schema: { type: 'string' as const } };
const RECORDED = 'Also for a removed target, by its id (docs/how-to/prove-that-a-port-is-closed.md).';

@ApiTags('status')
@Controller('api/v1')
@RequirePermission('status:read')
export class ValidationController {
  constructor(private readonly queries: QueryBus) {}

  @Get('validation')
  @ApiOperation({ summary: 'List the checks that expect unreachable of all targets, worst first' })
  @ApiOkResponse({ type: ValidationPageResponse })
  list(@Query() query: ListValidationRequest, @CallerScope() scope: Scope): Promise<ValidationPageResponse> {
    return this.queries.execute(new ListValidation(query, scope));
  }

  @Get('targets/:id/checks')
  @ApiOperation({ summary: "List the checks of a target's tier, with the status of each that expects unreachable" })
  @ApiOkResponse({ type: TargetChecksResponse })
  @ApiParam(TARGET)
  checksOf(
    @Param('id') ref: string,
    @Query() { vrf }: ReadTargetStatusRequest,
    @CallerScope() scope: Scope,
  ): Promise<TargetChecksResponse> {
    return this.queries.execute(new ListTargetChecks(ref, vrf, scope));
  }

  @Get('targets/:id/checks/:check/evidence')
  @ApiOperation({
    summary: 'List the evidence log of a check that expects unreachable, newest first',
    description: RECORDED,
  })
  @ApiOkResponse({ type: EvidencePageResponse })
  @ApiParam(TARGET)
  @ApiParam(CHECK)
  evidenceOf(
    @Param('id') ref: string,
    @Param('check') check: string,
    @Query() { vrf, ...page }: ListEvidenceRequest,
    @CallerScope() scope: Scope,
  ): Promise<EvidencePageResponse> {
    return this.queries.execute(new ListEvidence({ ref, vrf, check, scope }, page));
  }

  @Get('targets/:id/checks/:check/evidence\\:export')
  @ApiOperation({
    summary: 'Export the evidence log of a check as NDJSON, oldest first',
    description: `The first line lists what follows. ${RECORDED}`,
  })
  @ApiProduces(NDJSON)
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiParam(TARGET)
  @ApiParam(CHECK)
  async exportEvidence(
    @Param('id') ref: string,
    @Param('check') check: string,
    @Query() { vrf, ...bounds }: ExportEvidenceRequest,
    @CallerScope() scope: Scope,
  ): Promise<StreamableFile> {
    const text = await this.queries.execute(new ReadEvidenceExport({ ref, vrf, check, scope }, bounds));
    return streamedAnswer(text, NDJSON, 'evidence.ndjson');
  }
}
