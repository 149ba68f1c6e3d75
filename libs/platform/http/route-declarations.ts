import { type INestApplicationContext, RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { PERMISSION_METADATA, type RouteAccess } from './permission';

const ROUTE_METHOD_METADATA = 'method';

/**
 * Refuses to start an application that has a route without a declared permission: a forgotten decorator must not open
 * (or silently close) a door.
 * @throws Error naming every such route
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
      `These routes declare no permission: ${silent.join(', ')}. Put @RequirePermission('…'), @Authenticated() or @Public() on each.`,
    );
  }
}
