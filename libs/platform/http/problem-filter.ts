import type { IncomingMessage, ServerResponse } from 'node:http';
import { isBadValue } from '@icmp-mon/platform/database';
import { DomainError } from '@icmp-mon/platform/errors';
import { createLogger } from '@icmp-mon/platform/ops';
import { type ArgumentsHost, Catch, type ExceptionFilter, NotFoundException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { hasOnlyOtherMethods, methodsOf, nearestPath } from './known-routes';
import { INTERNAL_PROBLEM, PROBLEM_TYPE, type Problem, problemOf } from './problem';
import { correlationIdOf } from './request-context';
import { RequestRefused } from './request-refused';

const RETRY_AFTER_S = 5;
const logger = createLogger('http');

/** Answers a request with a problem document, and with `Retry-After` for 503 and 429. */
export function sendProblem(request: IncomingMessage, response: ServerResponse, problem: Problem): void {
  const { status } = problem;
  if ((status === 503 || status === 429) && !response.hasHeader('Retry-After')) {
    response.setHeader('Retry-After', RETRY_AFTER_S);
  }
  if (status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="icmp-mon"');
  const text = JSON.stringify({ ...problem, instance: `urn:uuid:${correlationIdOf(request)}` });
  response.setHeader('Cache-Control', 'no-store');
  response.setHeader('Content-Type', `${PROBLEM_TYPE}; charset=utf-8`);
  response.setHeader('Content-Length', Buffer.byteLength(text));
  response.statusCode = status;
  response.end(text);
}

/**
 * Answers a failed request with the problem document of its error, and with `Retry-After` and `Location` if the error has them. Logs the
 * error with its stack if it is a defect (500), and as a warning if a dependency was unavailable or the database rejected a value.
 */
export function answerError(error: unknown, request: IncomingMessage, response: ServerResponse): void {
  const problem = problemOf(error);
  const [path] = (request.url ?? '').split('?', 1);
  if (problem === null) {
    logger.error({ err: error, requestId: correlationIdOf(request), path }, 'request failed');
  } else if (problem.status === 503 || isBadValue(error)) {
    logger.warn({ err: error, requestId: correlationIdOf(request), path }, 'request refused');
  }
  if (response.headersSent) {
    response.destroy();
    return;
  }
  if (typeof error === 'object' && error !== null && 'retryAfterS' in error) {
    response.setHeader('Retry-After', String(error.retryAfterS));
  }
  if (typeof error === 'object' && error !== null && 'location' in error) {
    response.setHeader('Location', String(error.location));
  }
  sendProblem(request, response, problem ?? INTERNAL_PROBLEM);
}

/** Answers every error of a route as `application/problem+json`. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const [request, response] = [http.getRequest<Request>(), http.getResponse<Response>()];
    if (error instanceof NotFoundException) answerWithoutRoute(error, request, response);
    else answerError(error, request, response);
  }
}

/** Answers a method that the path does not have, before a route whose parameter would match the last segment of the path. */
export function refuseOtherMethods(request: Request, response: Response, next: NextFunction): void {
  if (hasOnlyOtherMethods(request)) answerWithoutRoute(new NotFoundException(), request, response);
  else next();
}

/** Answers a request without a route: OPTIONS with the allowed methods, another method with 405 if the path exists, otherwise with 404. */
function answerWithoutRoute(error: NotFoundException, request: Request, response: Response): void {
  const methods = methodsOf(request);
  if (methods.length > 0) response.setHeader('Allow', methods.join(', '));
  if (methods.length > 0 && request.method === 'OPTIONS') response.status(204).end();
  else answerError(whyNotFound(error, request, methods), request, response);
}

function whyNotFound(error: NotFoundException, request: Request, methods: readonly string[]): Error {
  if (methods.length > 0) {
    return new RequestRefused(405, `${request.method} is not allowed here. Use one of ${methods.join(', ')}.`);
  }
  const near = nearestPath(request);
  if (near === null) return error;
  return new DomainError('not_found', `There is no ${request.method} ${request.path}; did you mean ${near}?`);
}
