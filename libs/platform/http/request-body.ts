import { metrics } from '@icmp-mon/platform/ops';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Gauge } from 'prom-client';
import type { Observable } from 'rxjs';
import { type BodyBounds, hasBody, holdBody, isJsonBody, parseJson } from './json-body';
import { MemoryBudget } from './memory-budget';
import { principalOf } from './request-context';

/** Bodies of all requests that are in memory at once. */
export const BODIES_BYTES_MAX = 32 * 1024 * 1024;
/** A request without a login is a login or an enrolment of a browser: small, and sent at once. */
export const ANONYMOUS_BODY_BYTES_MAX = 16 * 1024;
export const BODY_BYTES_MAX = 1024 * 1024;
const ANONYMOUS_BODY_WITHIN_MS = 10_000;
const BODY_WITHIN_MS = 25_000;
/** What strangers send must leave room for callers who are known. */
const ANONYMOUS_SHARE = 0.25;
/** A client that was refused amid its body may read the answer this long, then its connection is closed. */
const LINGER_MS = 2_000;

const heldBytes = new Gauge({
  name: 'icmpmon_http_bodies_bytes',
  help: `Request bodies in memory; at ${BODIES_BYTES_MAX} bytes further ones are answered 503.`,
  registers: [metrics],
});

const budget = new MemoryBudget(BODIES_BYTES_MAX, (bytes) => heldBytes.set(bytes));

const ANONYMOUS: BodyBounds = {
  bytesMax: ANONYMOUS_BODY_BYTES_MAX,
  withinMs: ANONYMOUS_BODY_WITHIN_MS,
  budget,
  budgetShare: ANONYMOUS_SHARE,
};
const KNOWN_CALLER: BodyBounds = { bytesMax: BODY_BYTES_MAX, withinMs: BODY_WITHIN_MS, budget, budgetShare: 1 };

/**
 * Reads the JSON body of a request once the guards have let it through: nothing of a body is in memory before its
 * sender is known and allowed. Bodies of another media type stay unread.
 */
@Injectable()
export class RequestBodyInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!hasBody(request) || !isJsonBody(request)) return next.handle() as Observable<unknown>;
    const { bytes, release } = await holdBody(request, principalOf(request) === null ? ANONYMOUS : KNOWN_CALLER);
    const response = http.getResponse<Response>();
    if (response.closed) release();
    else response.once('close', release);
    request.body = parseJson(bytes);
    return next.handle() as Observable<unknown>;
  }
}

/** Express middleware: closes the connection of a client that was answered amid its body and still sends it. */
export function closeUnreadBodies(request: Request, response: Response, next: NextFunction): void {
  if (hasBody(request)) {
    response.once('finish', () => {
      if (request.complete) return;
      const { socket } = request;
      const close = setTimeout(() => {
        if (!request.complete) socket.destroy();
      }, LINGER_MS);
      socket.once('close', () => clearTimeout(close));
    });
  }
  next();
}
