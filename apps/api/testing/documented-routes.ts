import type { Permission } from '@icmp-mon/identity/contract';
import type { TestApi } from './test-api';

/** A route of the OpenAPI document. */
export interface DocumentedRoute {
  method: string;
  path: string;
  /** How it limits a caller with a scope; null if it refuses one, or is public. */
  scopeUse: 'applied' | 'open' | null;
  /** Required permission; null if any authenticated caller may use the route. */
  permission: Permission | null;
  isPublic: boolean;
}

interface Operation {
  'x-scope'?: 'applied' | 'open';
  'x-permission'?: Permission;
  security?: unknown[];
}

const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

export async function documentedRoutes({ url }: TestApi): Promise<DocumentedRoute[]> {
  const { paths } = (await (await fetch(`${url}/api/openapi.json`)).json()) as {
    paths: Record<string, Record<string, Operation>>;
  };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        scopeUse: operation['x-scope'] ?? null,
        permission: operation['x-permission'] ?? null,
        isPublic: operation.security?.length === 0,
      })),
  );
}
