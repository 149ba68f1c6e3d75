import type { Request } from 'express';

/** What is used of Express's layers. */
interface Layer {
  match(path: string): boolean;
  route?: { methods: Readonly<Record<string, boolean>> };
}

/** Methods that the application has at a request's path; none for a path that it does not have. */
export function methodsOf(request: Request): string[] {
  const { stack } = request.app.router as unknown as { stack: Layer[] };
  const methods = stack
    .filter((layer) => layer.route !== undefined && layer.match(request.path))
    .flatMap(({ route }) => Object.keys(route?.methods ?? {}).filter((method) => route?.methods[method] === true));
  return [...new Set(methods.map((method) => method.toUpperCase()))].sort();
}
