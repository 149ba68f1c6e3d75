import type { TraceSettings } from '@icmp-mon/agents/contract';

/** Settings of automatic traces that a gateway returns to agents with their telemetry response. */
export class DeliveredTraceSettings {
  constructor(readonly settings: TraceSettings) {}
}
