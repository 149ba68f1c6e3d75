import type { IncomingMessage, ServerResponse } from 'node:http';
import { newId } from '@icmp-mon/platform/ids';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import { actorOf, declareScopeApplied, type Principal } from './permission';

/** Metadata that the API adds to the events of a command. */
export interface RequestMetadata {
  actor: string;
  causationId: string | null;
  correlationId: string;
}

interface RequestContext {
  correlationId: string;
  principal: Principal | null;
}

// In a map instead of on the request object, so that member names cannot collide with those of a library.
const contexts = new WeakMap<object, RequestContext>();

const ACCEPTED_REQUEST_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Assigns a request id (the client's `x-request-id` if it is a UUID) and returns it in the response header `x-request-id`. */
export function giveRequestId(request: IncomingMessage, response: ServerResponse): void {
  const given = request.headers['x-request-id'];
  const correlationId = typeof given === 'string' && ACCEPTED_REQUEST_ID.test(given) ? given : newId();
  contexts.set(request, { correlationId, principal: null });
  response.setHeader('x-request-id', correlationId);
}

/** Express middleware: `giveRequestId`. */
export function requestId(request: IncomingMessage, response: ServerResponse, next: () => void): void {
  giveRequestId(request, response);
  next();
}

export function setPrincipal(request: object, principal: Principal): void {
  const context = contexts.get(request);
  contexts.set(request, { correlationId: context?.correlationId ?? newId(), principal });
}

export const principalOf = (request: object): Principal | null => contexts.get(request)?.principal ?? null;

export const correlationIdOf = (request: object): string => contexts.get(request)?.correlationId ?? 'none';

/** Returns actor and correlation id for the events of a request. */
export function metadataOf(request: object): RequestMetadata {
  const principal = principalOf(request);
  return {
    actor: principal ? actorOf(principal) : 'anonymous',
    causationId: null,
    correlationId: correlationIdOf(request),
  };
}

/** Route parameter: the caller; null on a public route without credentials. */
export const Caller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  principalOf(context.switchToHttp().getRequest<Request>()),
);

const scopeOf = createParamDecorator(
  (_: unknown, context: ExecutionContext) => principalOf(context.switchToHttp().getRequest<Request>())?.scope ?? null,
);

/**
 * Route parameter: the caller's scope. It also opens the route to callers with a scope: every handler that receives the scope must apply
 * it, and callers with a scope are refused by every other.
 */
export const CallerScope = (): ParameterDecorator => (target, name, index) => {
  scopeOf()(target, name, index);
  const method = name === undefined ? undefined : Object.getOwnPropertyDescriptor(target, name);
  if (name !== undefined && method !== undefined) declareScopeApplied(target, name, method);
};

/** Route parameter: metadata for the events that a command appends. */
export const Metadata = createParamDecorator((_: unknown, context: ExecutionContext) =>
  metadataOf(context.switchToHttp().getRequest<Request>()),
);
