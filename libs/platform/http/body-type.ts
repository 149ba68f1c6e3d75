import type { ExecutionContext, Type } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants';

/** `RouteParamtypes.BODY` of Nest, which does not export it. */
const BODY_PARAMETER = '3';

/** Returns the class of the route's `@Body()` parameter; undefined if the route has none. */
export function bodyTypeOf(context: ExecutionContext): Type | undefined {
  const route = context.getHandler().name;
  const controller = context.getClass();
  const parameters = Object.entries(
    (Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, route) ?? {}) as Record<string, { index: number }>,
  );
  const body = parameters.find(([key]) => key.split(':', 1)[0] === BODY_PARAMETER);
  if (body === undefined) return undefined;
  const types = Reflect.getMetadata('design:paramtypes', controller.prototype as object, route) as Type[];
  return types[body[1].index];
}
