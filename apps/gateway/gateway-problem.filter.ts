import { ProblemFilter } from '@icmp-mon/platform/http';
import { type ArgumentsHost, Catch } from '@nestjs/common';
import type { Response } from 'express';

/** Problem documents, with the error's own time to wait where it knows one. */
@Catch()
export class GatewayProblemFilter extends ProblemFilter {
  override catch(error: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    if (typeof error === 'object' && error !== null && 'retryAfterS' in error && !response.headersSent) {
      response.setHeader('Retry-After', String(error.retryAfterS));
    }
    super.catch(error, host);
  }
}
