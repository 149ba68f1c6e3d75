import type { IncomingMessage } from 'node:http';
import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { AgentAdmission, identityOf } from './agent-admission';

/** Lets the requests of admitted agents through. */
@Injectable()
export class AgentGuard implements CanActivate {
  constructor(private readonly admission: AgentAdmission) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    await this.admission.admit(context.switchToHttp().getRequest<IncomingMessage>());
    return true;
  }
}

/** Parameter of a route: the agent that makes the request. */
export const Agent = createParamDecorator((_: unknown, context: ExecutionContext) =>
  identityOf(context.switchToHttp().getRequest<IncomingMessage>()),
);
