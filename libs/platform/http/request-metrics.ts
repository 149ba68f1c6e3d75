import { metrics } from '@icmp-mon/platform/ops';
import type { NextFunction, Request, Response } from 'express';
import { Histogram } from 'prom-client';

const duration = new Histogram({
  name: 'icmpmon_http_request_duration_seconds',
  help: 'Time to answer a request, by route pattern.',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  registers: [metrics],
});

/** Express middleware: measures requests by route pattern. Never by path, because clients could create any number of label values. */
export function countRequests(request: Request, response: Response, next: NextFunction): void {
  const startedNs = process.hrtime.bigint();
  response.once('finish', () => {
    const matched = request.route as { path?: unknown } | undefined;
    const route = typeof matched?.path === 'string' ? matched.path : 'none';
    duration.observe(
      { method: request.method, route, status: String(response.statusCode) },
      Number(process.hrtime.bigint() - startedNs) / 1e9,
    );
  });
  next();
}
