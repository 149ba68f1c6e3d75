import { nearestName } from '@icmp-mon/platform/text';
import type { Request } from 'express';

/** What is used of Express's layers. */
interface Layer {
  match(path: string): boolean;
  route?: { path: unknown; methods: Readonly<Record<string, boolean>> };
}

/** Paths that are compared are no longer than those of routes. */
const SEGMENTS_MAX = 12;

const layersOf = (request: Request): Layer[] => (request.app.router as unknown as { stack: Layer[] }).stack;

/** Methods that the application has at a request's path, with those that follow from them; none for a path that it does not have. */
export function methodsOf(request: Request): string[] {
  const methods = layersOf(request)
    .filter((layer) => layer.route !== undefined && layer.match(request.path))
    .flatMap(({ route }) => Object.keys(route?.methods ?? {}).filter((method) => route?.methods[method] === true))
    .map((method) => method.toUpperCase());
  if (methods.length === 0) return [];
  return [...new Set([...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'])].sort();
}

/** The path of the application that a request probably meant; null when none is near. */
export function nearestPath(request: Request): string | null {
  const asked = request.path.split('/').slice(0, SEGMENTS_MAX + 1);
  let nearest: string | null = null;
  let least = Infinity;
  for (const { route } of layersOf(request)) {
    if (typeof route?.path !== 'string') continue;
    const path = segmentsLike(asked, route.path.split('/'));
    const wrong = path?.filter((segment, at) => segment !== asked[at]).length ?? Infinity;
    if (path === null || wrong >= least) continue;
    least = wrong;
    nearest = path.join('/');
  }
  return nearest;
}

/** A route's path with what was asked for in the place of its parameters; null when some segment is another word. */
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
