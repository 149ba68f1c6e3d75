import { metrics } from '@icmp-mon/platform/ops';
import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { Gauge } from 'prom-client';
import type { Observable } from 'rxjs';
import { type BodyBounds, hasBody, holdBody, isJsonBody, parseJson } from './json-body';
import { MemoryBudget } from './memory-budget';
import { principalOf } from './request-context';

/*
 * Admission of request bodies. Invariants:
 * - Order: no byte of a body is kept in memory before the guards have authenticated and authorised its sender.
 * - Budget: bodies in memory never exceed BODIES_BYTES_MAX; bytes are charged when they arrive and released when the response closes.
 * - Share: an anonymous body is refused once ANONYMOUS_SHARE of the budget is in use, so anonymous clients cannot lock out callers with a login.
 * - Time: a body that does not arrive in time ends with 408; a client that keeps sending after its answer is disconnected after LINGER_MS.
 */

/** Maximum bytes of all request bodies in memory. */
export const BODIES_BYTES_MAX = 32 * 1024 * 1024;
/** Maximum body of an anonymous request: only logins and browser enrolments come without credentials, and they are small. */
export const ANONYMOUS_BODY_BYTES_MAX = 16 * 1024;
export const BODY_BYTES_MAX = 1024 * 1024;
const ANONYMOUS_BODY_WITHIN_MS = 10_000;
const BODY_WITHIN_MS = 25_000;
/** Anonymous bodies are refused once this share of the budget is in use, so that authenticated callers are still served. */
const ANONYMOUS_SHARE = 0.25;
/** Time that a client which is still sending its body gets to read its answer, before its connection is closed. */
const LINGER_MS = 2_000;

const heldBytes = new Gauge({
  name: 'icmpmon_http_bodies_bytes',
  help: `Request bodies in memory, in bytes; at ${BODIES_BYTES_MAX} further bodies are refused with 503.`,
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
 * Reads the JSON body of a request after the guards have admitted it. Bodies of another media type stay unread.
 */
@Injectable()
export class RequestBodyInterceptor implements NestInterceptor {
  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    if (!hasBody(request) || !isJsonBody(request)) return next.handle() as Observable<unknown>;
    const { bytes, releaseBody } = await holdBody(request, principalOf(request) === null ? ANONYMOUS : KNOWN_CALLER);
    const response = http.getResponse<Response>();
    if (response.closed) releaseBody();
    else response.once('close', releaseBody);
    request.body = parseJson(bytes);
    return next.handle() as Observable<unknown>;
  }
}

/** Express middleware: closes the connection of a client that is still sending its body `LINGER_MS` after its answer was sent. */
export function closeUnreadBodies(request: Request, response: Response, next: NextFunction): void {
  if (hasBody(request)) {
    response.once('finish', () => {
      if (request.complete) return;
      const { socket } = request;
      const close = setTimeout(() => {
        if (!request.complete) socket.destroy();
      }, LINGER_MS);
      // The request closes when its body has arrived or its connection has closed. The connection itself may serve thousands of requests.
      request.once('close', () => clearTimeout(close));
    });
  }
  next();
}
