import type { RecoveryCodes, Role, SecondFactorEnrolment, SecondFactorView } from '@icmp-mon/identity/contract';
import {
  addressGroup,
  Authenticated,
  Caller,
  Metadata,
  OpenToScoped,
  type Principal,
  type RequestMetadata,
} from '@icmp-mon/platform/http';
import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { OwnUser } from './accounts/own-password';
import { ownUserOf } from './own-account.controller';
import {
  BeginSecondFactorRequest,
  ConfirmSecondFactorRequest,
  RecoveryCodesResponse,
  SecondFactorEnrolmentResponse,
  SecondFactorProofRequest,
  SecondFactorViewResponse,
} from './second-factor.dto';
import { BeginSecondFactor } from './second-factor/begin-second-factor';
import { ConfirmSecondFactor } from './second-factor/confirm-second-factor';
import { DisableSecondFactor } from './second-factor/disable-second-factor';
import { ReadSecondFactor } from './second-factor/read-second-factor';
import { RenewRecoveryCodes } from './second-factor/renew-recovery-codes';

/** Routes for the caller's own second factor. */
@ApiTags('auth')
@Controller('api/v1/auth/second-factor')
@Authenticated()
@OpenToScoped()
export class SecondFactorController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: "Read whether the caller has a second factor, and whether the caller's role requires one" })
  @ApiOkResponse({ type: SecondFactorViewResponse })
  read(@Caller() caller: Principal): Promise<SecondFactorView> {
    return this.queries.execute(new ReadSecondFactor(userOf(caller)));
  }

  @Post()
  @HttpCode(200)
  @ApiOperation({ summary: 'Begin the enrolment of a second factor; a code within 15 minutes enables it' })
  @ApiOkResponse({ type: SecondFactorEnrolmentResponse })
  begin(
    @Body() { password }: BeginSecondFactorRequest,
    @Caller() caller: Principal,
    @Req() request: Request,
  ): Promise<SecondFactorEnrolment> {
    return this.commands.execute(new BeginSecondFactor(userOf(caller), password, addressGroup(request.ip)));
  }

  @Post('confirm')
  @HttpCode(200)
  @ApiOperation({ summary: "Enable the second factor with its first code, and end the user's other logins" })
  @ApiOkResponse({ type: RecoveryCodesResponse })
  confirm(
    @Body() { code }: ConfirmSecondFactorRequest,
    @Caller() caller: Principal,
    @Metadata() metadata: RequestMetadata,
  ): Promise<RecoveryCodes> {
    return this.commands.execute(new ConfirmSecondFactor(userOf(caller), code, metadata));
  }

  @Post('recovery-codes')
  @HttpCode(200)
  @ApiOperation({ summary: 'Replace the recovery codes' })
  @ApiOkResponse({ type: RecoveryCodesResponse })
  renewRecoveryCodes(
    @Body() proof: SecondFactorProofRequest,
    @Caller() caller: Principal,
    @Metadata() metadata: RequestMetadata,
    @Req() request: Request,
  ): Promise<RecoveryCodes> {
    return this.commands.execute(new RenewRecoveryCodes(userOf(caller), proof, addressGroup(request.ip), metadata));
  }

  @Post('disable')
  @HttpCode(204)
  @ApiOperation({ summary: "Disable the second factor; not if the caller's role requires one" })
  @ApiNoContentResponse()
  disable(
    @Body() proof: SecondFactorProofRequest,
    @Caller() caller: Principal,
    @Metadata() metadata: RequestMetadata,
    @Req() request: Request,
  ): Promise<void> {
    return this.commands.execute(new DisableSecondFactor(userOf(caller), proof, addressGroup(request.ip), metadata));
  }
}

const userOf = (caller: Principal): OwnUser & { role: Role } => ({ ...ownUserOf(caller), role: caller.role });
