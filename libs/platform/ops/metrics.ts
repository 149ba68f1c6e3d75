import { Registry, collectDefaultMetrics } from 'prom-client';

/** The process's one registry: give it to every metric (`registers: [metrics]`). */
export const metrics = new Registry();

let defaultsOn = false;

/** Adds the process's own figures (memory, event loop, garbage collection) once. */
export function withDefaultMetrics(): Registry {
  if (!defaultsOn) collectDefaultMetrics({ register: metrics });
  defaultsOn = true;
  return metrics;
}
