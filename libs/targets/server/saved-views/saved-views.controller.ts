import type { Scope } from '@icmp-mon/identity/contract';
import {
  Caller,
  CallerScope,
  IF_MATCH_HEADER,
  IfMatch,
  Located,
  type Principal,
  RequirePermission,
  Versioned,
} from '@icmp-mon/platform/http';
import { Body, Controller, Delete, Get, HttpCode, Param, ParseUUIDPipe, Post, Put } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import {
  ApiCreatedResponse,
  ApiHeader,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiOperation,
  ApiParam,
  ApiTags,
} from '@nestjs/swagger';
import { DeleteView } from './delete-view';
import { ListSavedViews } from './list-saved-views';
import { ReplaceView } from './replace-view';
import { SaveView } from './save-view';
import { SavedViewListResponse, SavedViewResponse, SaveViewRequest } from './saved-views.dto';

const VIEWS_PATH = '/api/v1/views';
const ID = { name: 'id', description: 'Id of the view.', schema: { type: 'string', format: 'uuid' } } as const;

/** Views of the target list that the caller saved, and shared ones. */
@ApiTags('targets')
@Controller(VIEWS_PATH)
@RequirePermission('targets:read')
export class SavedViewsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Get()
  @ApiOperation({ summary: "List the caller's own views of the target list, and shared ones" })
  @ApiOkResponse({ type: SavedViewListResponse })
  list(@Caller() caller: Principal, @CallerScope() _scope: Scope): Promise<SavedViewListResponse> {
    return this.queries.execute(new ListSavedViews(caller));
  }

  @Post()
  @Located(VIEWS_PATH)
  @Versioned()
  @ApiOperation({
    summary: 'Save a view of the target list',
    description:
      'A repeated request is refused, because the name is taken. Sharing requires the permission targets:write.',
  })
  @ApiCreatedResponse({ type: SavedViewResponse })
  save(
    @Body() body: SaveViewRequest,
    @Caller() caller: Principal,
    @CallerScope() _scope: Scope,
  ): Promise<SavedViewResponse> {
    return this.commands.execute(new SaveView(body, caller));
  }

  @Put(':id')
  @Versioned()
  @ApiOperation({ summary: "Replace one of the caller's own views" })
  @ApiParam(ID)
  @ApiHeader(IF_MATCH_HEADER)
  @ApiOkResponse({ type: SavedViewResponse })
  replace(
    @Param('id', ParseUUIDPipe) id: string,
    @Body() body: SaveViewRequest,
    @IfMatch() expectedVersion: number | undefined,
    @Caller() caller: Principal,
    @CallerScope() _scope: Scope,
  ): Promise<SavedViewResponse> {
    return this.commands.execute(new ReplaceView(id, body, expectedVersion, caller));
  }

  @Delete(':id')
  @HttpCode(204)
  @ApiOperation({
    summary: "Delete one of the caller's own views",
    description: 'With the permission access:manage, also a shared view of another user.',
  })
  @ApiParam(ID)
  @ApiNoContentResponse()
  delete(
    @Param('id', ParseUUIDPipe) id: string,
    @Caller() caller: Principal,
    @CallerScope() _scope: Scope,
  ): Promise<void> {
    return this.commands.execute(new DeleteView(id, caller));
  }
}
