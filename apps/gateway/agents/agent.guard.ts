import type { IncomingMessage } from 'node:http';
import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { AgentAdmission, identityOf } from './agent-admission';

/** Accepts only requests of admitted agents. */
@Injectable()
export class AgentGuard implements CanActivate {
  constructor(private readonly admission: AgentAdmission) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.admission.admit(context.switchToHttp().getRequest<IncomingMessage>());
    return true;
  }
}

/** Route parameter: the agent that makes the request. */
export const Agent = createParamDecorator((_: unknown, context: ExecutionContext) =>
  identityOf(context.switchToHttp().getRequest<IncomingMessage>()),
);
