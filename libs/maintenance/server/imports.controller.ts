import { Metadata, type RequestMetadata, RequirePermission } from '@icmp-mon/platform/http';
import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { CommandBus, QueryBus } from '@nestjs/cqrs';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { ImportNoticesRequest, NoticeImportResponse } from './imports.dto';
import { MAINTENANCE_PATH } from './maintenance.controller';
import { ImportNotices } from './notices/import-notices';
import { ReadImportPreview } from './notices/read-import-preview';

@ApiTags('maintenance')
@Controller(`${MAINTENANCE_PATH}/imports`)
@RequirePermission('maintenance:write')
export class ImportsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly queries: QueryBus,
  ) {}

  @Post()
  @HttpCode(200)
  @ApiOperation({
    summary: "Import carriers' notices of maintenance",
    description:
      'A calendar file of the MAINTNOTE standard. Each notice schedules, amends, cancels or ends its window; a repeated or older one changes ' +
      'nothing, so that the request can be repeated. One that cannot be imported is refused alone.',
  })
  @ApiOkResponse({ type: NoticeImportResponse })
  importNotices(
    @Body() body: ImportNoticesRequest,
    @Metadata() metadata: RequestMetadata,
  ): Promise<NoticeImportResponse> {
    return this.commands.execute(new ImportNotices(body, metadata));
  }

  @Post('preview')
  @HttpCode(200)
  @ApiOperation({
    summary: "Preview the import of carriers' notices",
    description: 'What the import would do, and which objects map to targets. Changes nothing.',
  })
  @ApiOkResponse({ type: NoticeImportResponse })
  preview(@Body() body: ImportNoticesRequest): Promise<NoticeImportResponse> {
    return this.queries.execute(new ReadImportPreview(body));
  }
}
