import type { Scope } from '@icmp-mon/identity/contract';
import { CallerScope, RequirePermission } from '@icmp-mon/platform/http';
import { Controller, Get, Query } from '@nestjs/common';
import { QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { TARGETS_PATH } from '../target-path';
import { ListTags } from './list-tags';
import { ListTagsRequest, TagListResponse } from './list-tags.dto';

@ApiTags('targets')
@Controller(`${TARGETS_PATH}/tags`)
export class TagsController {
  constructor(private readonly queries: QueryBus) {}

  @Get()
  @RequirePermission('targets:read')
  @ApiOperation({
    summary: 'List keys of tags, or values of a key, with their numbers of targets',
    description: 'For completion: keys or values that begin with a text, in alphabetical order.',
  })
  @ApiOkResponse({ type: TagListResponse })
  listTags(@Query() query: ListTagsRequest, @CallerScope() scope: Scope): Promise<TagListResponse> {
    return this.queries.execute(new ListTags(query, scope));
  }
}
