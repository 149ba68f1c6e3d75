import type { Scope } from '@icmp-mon/identity/contract';
import {
  CallerScope,
  Idempotent,
  IF_MATCH_HEADER,
  IfMatch,
  Located,
  Metadata,
  type RequestMetadata,
  RequirePermission,
  Versioned,
} from '@icmp-mon/platform/http';
import { Body, Controller, Delete, HttpCode, Param, Patch, Post, Put, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import {
  ApiConsumes,
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { ChangeTarget } from './change-target';
import { EraseTarget } from './erase-target';
import { RegisterTarget } from './register-target';
import { RemoveTarget } from './remove-target';
import { ReplaceTarget } from './replace-target';
import { TARGET_REFERENCE, TARGETS_PATH } from './target-path';
import { TargetResponse } from './target.dto';
import {
  ChangeTargetRequest,
  RegisterTargetRequest,
  ReplaceTargetRequest,
  TargetReferenceRequest,
} from './targets.dto';

/** Changes of single targets. */
@ApiTags('targets')
@Controller(TARGETS_PATH)
export class TargetChangesController {
  constructor(private readonly commands: CommandBus) {}

  @Post()
  @RequirePermission('targets:write')
  @Idempotent('register-target')
  @Located(TARGETS_PATH)
  @Versioned()
  @ApiOperation({ summary: 'Register an address as a target' })
  @ApiCreatedResponse({ type: TargetResponse })
  register(
    @Body() body: RegisterTargetRequest,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<TargetResponse> {
    return this.commands.execute(new RegisterTarget(body, metadata, scope));
  }

  @Patch(':id')
  @RequirePermission('targets:write')
  @Idempotent('change-target')
  @Versioned()
  @ApiOperation({
    summary: 'Change members of a target',
    description:
      'A merge patch (RFC 7396), also as application/json: absent members stay unchanged, null removes name, notes, owner or a tag, ' +
      'parents replaces the list. A patch that changes nothing creates no event. With If-Match, the target is changed only if it still ' +
      'has that version.',
  })
  @ApiParam(TARGET_REFERENCE)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiConsumes('application/merge-patch+json', 'application/json')
  @ApiOkResponse({ type: TargetResponse })
  change(
    @Param('id') ref: string,
    @Query() { vrf }: TargetReferenceRequest,
    @Body() body: ChangeTargetRequest,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<TargetResponse> {
    return this.commands.execute(new ChangeTarget(ref, vrf, body, metadata, expectedVersion, scope));
  }

  @Put(':id')
  @RequirePermission('targets:write')
  @Idempotent('replace-target')
  @Versioned()
  @ApiOperation({
    summary: 'Replace all members of a target that can change',
    description:
      'Absent members are removed: afterwards the target is as if registered by this body. A body that changes nothing creates no event. ' +
      'With If-Match, the target is changed only if it still has that version.',
  })
  @ApiParam(TARGET_REFERENCE)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: TargetResponse })
  replace(
    @Param('id') ref: string,
    @Query() { vrf }: TargetReferenceRequest,
    @Body() body: ReplaceTargetRequest,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
    @IfMatch() expectedVersion: number | undefined,
  ): Promise<TargetResponse> {
    return this.commands.execute(new ReplaceTarget(ref, vrf, body, metadata, expectedVersion, scope));
  }

  @Delete(':id')
  @HttpCode(204)
  @RequirePermission('targets:write')
  @ApiOperation({
    summary: 'Remove a target',
    description:
      'Answers 409 while other targets depend on it. With If-Match, the target is removed only if it still has that version.',
  })
  @ApiParam(TARGET_REFERENCE)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiNoContentResponse()
  remove(
    @Param('id') ref: string,
    @Query() { vrf }: TargetReferenceRequest,
    @IfMatch() expectedVersion: number | undefined,
    @Metadata() metadata: RequestMetadata,
    @CallerScope() scope: Scope,
  ): Promise<void> {
    return this.commands.execute(new RemoveTarget(ref, vrf, expectedVersion, metadata, scope));
  }

  @Delete(':id/personal-data')
  @HttpCode(204)
  @RequirePermission('targets:erase')
  @ApiOperation({
    summary: 'Erase name, notes and owner of a removed target',
    description:
      'The key with which its events were encrypted is destroyed; the history of the target shows "(erased)". Cannot be undone. ' +
      'Repeating it changes nothing. Answers 409 while the target exists.',
  })
  @ApiParam({ name: 'id', description: 'Id of the removed target.', schema: { type: 'string', format: 'uuid' } })
  @ApiNoContentResponse()
  erasePersonalData(@Param('id') id: string, @Metadata() metadata: RequestMetadata): Promise<void> {
    return this.commands.execute(new EraseTarget(id, metadata));
  }
}
