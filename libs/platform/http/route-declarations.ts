import { type INestApplicationContext, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PERMISSION_METADATA, type RouteAccess } from './permission';

const ROUTE_METHOD_METADATA = 'method';

/**
 * Checks that every route declares its access: a forgotten decorator must neither open a route nor silently close it.
 * @throws Error with all routes that declare none
 */
export function assertRoutesDeclareAccess(app: INestApplicationContext): void {
  const reflector = app.get(Reflector);
  const scanner = new MetadataScanner();
  const silent: string[] = [];
  for (const { metatype } of app.get(DiscoveryService).getControllers()) {
    if (typeof metatype !== 'function') continue;
    const prototype = metatype.prototype as Record<string, unknown>;
    for (const name of scanner.getAllMethodNames(prototype)) {
      const handler = prototype[name];
      if (typeof handler !== 'function') continue;
      const verb = Reflect.getMetadata(ROUTE_METHOD_METADATA, handler) as RequestMethod | undefined;
      if (verb === undefined) continue;
      const access = reflector.getAllAndOverride<RouteAccess | undefined>(PERMISSION_METADATA, [handler, metatype]);
      if (access === undefined) silent.push(`${metatype.name}.${name} (${RequestMethod[verb]})`);
    }
  }
  if (silent.length > 0) {
    throw new Error(
      `These routes declare no permission: ${silent.join(', ')}. Add @RequirePermission('…'), @Authenticated() or @Public() to each.`,
    );
  }
}
