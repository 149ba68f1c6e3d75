import { Registry, collectDefaultMetrics } from 'prom-client';

/** The metric registry of the process. Every metric must use it (`registers: [metrics]`). */
export const metrics = new Registry();

let defaultsOn = false;

/** Sampling interval of event loop delays. prom-client's default of 10 ms would cause three quarters of the CPU time of an idle process. */
const EVENT_LOOP_SAMPLE_MS = 100;

/**
 * Adds the default metrics of the process (memory, event loop, garbage collection) once, and returns the registry. Event loop delays are
 * times between two samples, so an event loop without delay shows 0.1 s.
 */
export function withDefaultMetrics(): Registry {
  if (!defaultsOn) collectDefaultMetrics({ register: metrics, eventLoopMonitoringPrecision: EVENT_LOOP_SAMPLE_MS });
  defaultsOn = true;
  return metrics;
}
