import type { AgentChange } from '@icmp-mon/agents/contract';
import { entityTag, idempotencyKeyOf, ifMatchVersion, metadataOf, RequirePermission } from '@icmp-mon/platform/http';
import {
  applyDecorators,
  Body,
  Controller,
  createParamDecorator,
  type ExecutionContext,
  HttpCode,
  Param,
  ParseUUIDPipe,
  Post,
} from '@nestjs/common';
import { ApiHeader, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ChangeAgentRequest, ChangedAgentResponse, RetireAgentRequest } from './agents.dto';
import { ChangeAgent, type ChangeOptions } from './change-agent';

interface RequestParts extends ChangeOptions {
  response: Response;
}

/** What every change takes from its request beside the body. */
const Parts = createParamDecorator((_: unknown, context: ExecutionContext): RequestParts => {
  const http = context.switchToHttp();
  const request = http.getRequest<Request>();
  return {
    metadata: metadataOf(request),
    expectedVersion: ifMatchVersion(request.headers['if-match']),
    idempotencyKey: idempotencyKeyOf(request.headers['idempotency-key']),
    response: http.getResponse<Response>(),
  };
});

const Change = (change: AgentChange, summary: string): MethodDecorator =>
  applyDecorators(
    Post(change),
    HttpCode(200),
    ApiOperation({ summary, description: 'Does nothing to an agent that is in that state already.' }),
    ApiHeader({ name: 'If-Match', required: false, description: 'ETag that was read.' }),
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description: 'A repeat with the same key gets the first answer.',
    }),
    ApiOkResponse({ type: ChangedAgentResponse }),
  );

@ApiTags('agents')
@Controller('api/v1/agents/:id')
@RequirePermission('agents:write')
export class AgentChangesController {
  constructor(private readonly agents: ChangeAgent) {}

  @Change('drain', 'Give its targets to other agents; it stays')
  drain(@Param('id', ParseUUIDPipe) id: string, @Body() body: ChangeAgentRequest, @Parts() parts: RequestParts) {
    return this.change(id, 'drain', body, parts);
  }

  @Change('cancel-drain', 'Make a draining agent active again')
  cancelDrain(@Param('id', ParseUUIDPipe) id: string, @Body() body: ChangeAgentRequest, @Parts() parts: RequestParts) {
    return this.change(id, 'cancel-drain', body, parts);
  }

  @Change('retire', 'Drain it, and remove it once it holds no targets; its name is free then')
  retire(@Param('id', ParseUUIDPipe) id: string, @Body() body: RetireAgentRequest, @Parts() parts: RequestParts) {
    return this.change(id, 'retire', body, parts);
  }

  @Change('evict', 'End its credentials; it may join again with a token that names it')
  evict(@Param('id', ParseUUIDPipe) id: string, @Body() body: ChangeAgentRequest, @Parts() parts: RequestParts) {
    return this.change(id, 'evict', body, parts);
  }

  @Change('ban', 'End its credentials, and let it in with no token until it is unbanned')
  ban(@Param('id', ParseUUIDPipe) id: string, @Body() body: ChangeAgentRequest, @Parts() parts: RequestParts) {
    return this.change(id, 'ban', body, parts);
  }

  @Change('unban', 'Let a banned agent join again with a token that names it')
  unban(@Param('id', ParseUUIDPipe) id: string, @Body() body: ChangeAgentRequest, @Parts() parts: RequestParts) {
    return this.change(id, 'unban', body, parts);
  }

  private async change(
    id: string,
    change: AgentChange,
    body: RetireAgentRequest,
    { response, ...options }: RequestParts,
  ): Promise<ChangedAgentResponse> {
    const changed = await this.agents.change(id, change, body, options);
    response.setHeader('ETag', entityTag(changed.version));
    return changed;
  }
}
