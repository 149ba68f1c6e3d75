import { isBadValue } from '@icmp-mon/platform/database';
import { createLogger } from '@icmp-mon/platform/ops';
import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Request, Response } from 'express';
import { INTERNAL_PROBLEM, PROBLEM_TYPE, type Problem, problemOf } from './problem';
import { correlationIdOf } from './request-context';

const RETRY_AFTER_S = 5;
const logger = createLogger('http');

/** Answers a request with a problem document. */
export function sendProblem(request: Request, response: Response, problem: Problem): void {
  if (problem.status === 503 && !response.hasHeader('Retry-After')) response.setHeader('Retry-After', RETRY_AFTER_S);
  if (problem.status === 429 && !response.hasHeader('Retry-After')) response.setHeader('Retry-After', RETRY_AFTER_S);
  if (problem.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="icmp-mon"');
  response.setHeader('Cache-Control', 'no-store');
  response
    .status(problem.status)
    .type(PROBLEM_TYPE)
    .send(JSON.stringify({ ...problem, instance: `urn:uuid:${correlationIdOf(request)}` }));
}

/** Every error of a route leaves as `application/problem+json`; what is our own fault is logged whole. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<Request>();
    const response = http.getResponse<Response>();
    const problem = problemOf(error);
    if (problem === null) {
      logger.error({ err: error, requestId: correlationIdOf(request), path: request.path }, 'request failed');
    } else if (problem.status === 503 || isBadValue(error)) {
      logger.warn({ err: error, requestId: correlationIdOf(request), path: request.path }, 'request not served');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    sendProblem(request, response, problem ?? INTERNAL_PROBLEM);
  }
}
