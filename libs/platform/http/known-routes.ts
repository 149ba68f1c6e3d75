import { nearestName } from '@icmp-mon/platform/text';
import type { Request } from 'express';

/** The members of an Express router layer that are used here. */
interface Layer {
  match(path: string): boolean;
  route?: { path: unknown; methods: Readonly<Record<string, boolean>> };
}

/** Maximum segments of a requested path that are compared with routes; no route has more. */
const SEGMENTS_MAX = 12;

const layersOf = (request: Request): Layer[] => (request.app.router as unknown as { stack: Layer[] }).stack;

/**
 * Whether routes with exactly the request's path exist, and none has its method: `PUT /targets/counts` is no request about the target "counts",
 * even if there is a route `PUT /targets/:id`.
 */
export function hasOnlyOtherMethods(request: Request): boolean {
  const exact = layersOf(request).filter(({ route }) => route?.path === request.path);
  const method = request.method === 'HEAD' ? 'get' : request.method.toLowerCase();
  return (
    exact.length > 0 && !exact.some(({ route }) => route?.methods[method] === true || route?.methods['_all'] === true)
  );
}

/**
 * Returns the methods of the routes at the request's path, plus HEAD and OPTIONS where they follow; empty for an unknown path. Routes with
 * exactly this path hide those whose parameters match it: `/targets/counts` is not a target.
 */
export function methodsOf(request: Request): string[] {
  const matching = layersOf(request).filter((layer) => layer.route !== undefined && layer.match(request.path));
  const exact = matching.filter(({ route }) => route?.path === request.path);
  const methods = (exact.length > 0 ? exact : matching)
    .flatMap(({ route }) => Object.keys(route?.methods ?? {}).filter((method) => route?.methods[method] === true))
    .map((method) => method.toUpperCase());
  if (methods.length === 0) return [];
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort();
}

/** Returns the route path that the client probably meant, with its parameters filled in; null if no route is similar. */
export function nearestPath(request: Request): string | null {
  const asked = request.path.split('/').slice(0, SEGMENTS_MAX + 1);
  let nearest: string | null = null;
  let least = Infinity;
  for (const { route } of layersOf(request)) {
    if (typeof route?.path !== 'string') continue;
    // A colon within a segment is escaped in the path of a route.
    const path = segmentsLike(asked, route.path.replaceAll('\\', '').split('/'));
    const wrong = path?.filter((segment, at) => segment !== asked[at]).length ?? Infinity;
    if (path === null || wrong >= least) continue;
    least = wrong;
    nearest = path.join('/');
  }
  return nearest;
}

/** Returns a route's path with its parameters replaced by the requested segments; null if a segment is not similar to the route's. */
function segmentsLike(asked: readonly string[], route: readonly string[]): string[] | null {
  if (asked.length !== route.length) return null;
  const path: string[] = [];
  for (const [at, segment] of route.entries()) {
    const isParameter = segment.startsWith(':');
    if (!isParameter && segment !== asked[at] && nearestName(asked[at], [segment]) === null) return null;
    path.push(isParameter ? asked[at] : segment);
  }
  return path;
}
