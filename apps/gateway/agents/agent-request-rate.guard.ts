import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { RateLimit } from '../results/rate-limit';
import { identityOf } from './agent-certificate.guard';
import { retryAfter } from './retry-after';

/** Requests that agents may make per second, each. */
export class AgentRequestRate extends RateLimit {}

/** Slows an agent down that asks too often, whatever it asks. */
@Injectable()
export class AgentRequestRateGuard implements CanActivate {
  constructor(private readonly rate: AgentRequestRate) {}

  canActivate(context: ExecutionContext): boolean {
    const { agentId } = identityOf(context.switchToHttp().getRequest<Request>());
    const waitS = this.rate.take(agentId, 1);
    if (waitS !== null) throw retryAfter('too_many_requests', 'The agent makes too many requests.', waitS);
    return true;
  }
}
